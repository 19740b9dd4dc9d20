//! What was measured, as tables.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::STARTS;
use crate::steady::{Late, Steady};

/// A figure over several rounds: the middle one, and the quarters around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    low: f64,
    pub(crate) middle: f64,
    high: f64,
}

/// The spread of some figures.
pub(crate) fn spread(mut figures: Vec<f64>) -> Spread {
    figures.sort_by(f64::total_cmp);
    let at = |quarter: usize| figures.get((figures.len() - 1) * quarter / 4).copied().unwrap_or_default();
    Spread { low: at(1), middle: at(2), high: at(3) }
}

/// One sort of question at one size.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) target: f64,
    pub(crate) bytes: usize,
    pub(crate) per_second: Spread,
    pub(crate) p50: Spread,
    pub(crate) p99: Spread,
    pub(crate) cpu: Spread,
    pub(crate) bare: Spread,
    pub(crate) ratio: Spread,
}

/// Everything at one size.
pub(crate) struct Sized {
    pub(crate) count: usize,
    pub(crate) imported: f64,
    /// Over several starts.
    pub(crate) ready: Spread,
    pub(crate) resident: Spread,
    pub(crate) rows: Vec<Row>,
    pub(crate) steady: Option<Steady>,
}

/// The tables, in Markdown.
pub(crate) fn tables(sized: &[Sized], rounds: usize) -> String {
    let mut text = format!(
        "Measured on {}; medians of {rounds} rounds and {STARTS} starts, with quartiles for what is asked for.\n",
        machine()
    );
    for size in sized {
        let _ = write!(
            text,
            "\n**{} generated entries** (and the shipped ones)\n\n\
             | work | body | requests/s | p50 | p99 | CPU | bare handler's CPU | ratio | asked |\n|---|---|---|---|---|---|---|---|---|\n",
            grouped(size.count)
        );
        for row in &size.rows {
            let asked = if row.target > 0.0 { format!("{:.2}", row.target) } else { "–".to_owned() };
            let _ = writeln!(
                text,
                "| {} | {} B | {} | {:.0} µs | {:.0} µs | {:.1} µs | {:.1} µs | **{:.2}** ({:.2}–{:.2}) | {asked} |",
                row.name,
                grouped(row.bytes),
                grouped(row.per_second.middle as usize),
                row.p50.middle,
                row.p99.middle,
                row.cpu.middle,
                row.bare.middle,
                row.ratio.middle,
                row.ratio.low,
                row.ratio.high,
            );
        }
    }
    text.push_str("\n| entries | import | ready after | resident | a generated entry |\n|---|---|---|---|---|\n");
    for size in sized {
        let _ = writeln!(
            text,
            "| {} | {:.1} s | **{:.2} s** ({:.2}–{:.2}) | {:.0} MB | {:.1} KB |",
            grouped(size.count),
            size.imported,
            size.ready.middle,
            size.ready.low,
            size.ready.high,
            size.resident.middle / 1e6,
            size.resident.middle / 1e3 / size.count as f64,
        );
    }
    for steady in sized.iter().filter_map(|size| size.steady.as_ref()) {
        let _ = writeln!(text, "\n{}", told(steady));
    }
    text
}

/// What readers saw, in a sentence.
pub(crate) fn told(steady: &Steady) -> String {
    let late = |late: Late| {
        let Late { p50, p99, worst, stolen } = late;
        format!("p50 {p50:.2} ms, p99 {p99:.2} ms, the slowest {worst:.1} ms ({stolen:.1} % of the cores stolen)")
    };
    format!(
        "Readers at 2,000 filtered lists a second for 30 s, at 10,000 entries, on the core that refreshes too; how long \
         after a request was due its answer was there: while nothing changed {}; while entries of another directory \
         changed on the machine {}; while {} imports changed one entry and {} a thousand of this one {}. Stolen is what \
         other guests of the host took.",
        late(steady.calm),
        late(steady.elsewhere),
        steady.single,
        steady.batches,
        late(steady.changing),
    )
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The machine that this runs on.
fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    let model = model.map_or("a machine", |(_, model)| model);
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{model}, {cores} cores (virtual, shared), Linux {}", kernel.trim().split('-').next().unwrap_or_default())
}

/// Writes to standard output.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Puts the tables into the README.
pub(crate) fn write(text: &str) {
    const BEGIN: &str = "<!-- benchmark: written by cargo bench --bench service -- --write -->\n";
    const END: &str = "<!-- end of benchmark -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let (before, rest) = readme.split_once(BEGIN).expect("where it begins");
    let (_, after) = rest.split_once(END).expect("where it ends");
    std::fs::write(path, format!("{before}{BEGIN}{text}{END}{after}")).expect("written");
}
