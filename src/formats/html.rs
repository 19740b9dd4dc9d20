//! Text inside HTML.

/// Adds a text in which nothing is mark-up.
pub(super) fn push(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        let (plain, marked) = rest.split_at(at);
        out.push_str(plain);
        let (mark, after) = marked.split_at(1);
        out.push_str(match mark {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "&quot;",
        });
        rest = after;
    }
    out.push_str(rest);
}
