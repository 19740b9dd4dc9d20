//! YAML read item by item, with the line on which every member stands.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Number, Value};

use super::source::{Item, Lines, ReadError};

/// The most nodes that one item may have once its aliases are written out.
const MOST_NODES: usize = 100_000;

/// The most nodes that the anchors of a text may hold together.
const MOST_ANCHORED: usize = 1_000_000;

/// How deep nodes may stand inside nodes.
const DEEPEST: usize = 64;

/// Reads the items of a YAML text one by one: those of a sequence at the top, or each document.
pub(super) struct YamlItems<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    nodes: usize,
    /// How many nodes the anchors hold, over the whole text.
    anchored: usize,
    in_sequence: bool,
    done: bool,
}

impl<'a> YamlItems<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            nodes: 0,
            anchored: 0,
            in_sequence: false,
            done: false,
        }
    }

    fn event(&mut self) -> Result<(Event<'a>, Span), ReadError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(ReadError { line: error.marker().line() as u64, detail: error.info().to_owned() }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn next_item(&mut self) -> Result<Option<Item>, ReadError> {
        loop {
            let (event, span) = self.event()?;
            match event {
                Event::StreamEnd => return Ok(None),
                Event::SequenceStart(..) if !self.in_sequence => self.in_sequence = true,
                Event::SequenceEnd => self.in_sequence = false,
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => {
                    self.nodes = 0;
                    let mut lines = Lines::default();
                    let line = line_of(span);
                    let value = self.node(event, span, &mut String::new(), &mut lines, 0)?;
                    // A document with nothing in it holds no item.
                    if !value.is_null() || self.in_sequence {
                        return Ok(Some(Item { value, line, lines }));
                    }
                }
            }
        }
    }

    fn node(
        &mut self,
        event: Event<'a>,
        span: Span,
        at: &mut String,
        lines: &mut Lines,
        depth: usize,
    ) -> Result<Value, ReadError> {
        let fault = |detail: &str| ReadError { line: line_of(span), detail: detail.to_owned() };
        lines.insert(at.clone(), line_of(span));
        self.nodes += 1;
        if self.nodes > MOST_NODES || depth > DEEPEST {
            return Err(fault("the item is too large or too deep"));
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or_else(|| fault("the alias names no anchor"))?;
                self.nodes += count(&value);
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(&text, style, tag.as_deref()).ok_or_else(|| fault("the tag is not understood"))?)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.sequence(at, lines, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.mapping(at, lines, depth)?),
            _ => return Err(fault("the YAML ends too early")),
        };
        if anchor > 0 {
            self.anchored += count(&value);
            if self.anchored > MOST_ANCHORED {
                return Err(fault("the anchors hold too much"));
            }
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, at: &mut String, lines: &mut Lines, depth: usize) -> Result<Value, ReadError> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.event()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let length = at.len();
            at.push('/');
            at.push_str(&items.len().to_string());
            items.push(self.node(event, span, at, lines, depth + 1)?);
            at.truncate(length);
        }
    }

    fn mapping(&mut self, at: &mut String, lines: &mut Lines, depth: usize) -> Result<Value, ReadError> {
        let mut members = Map::new();
        loop {
            let (event, span) = self.event()?;
            let key = match event {
                Event::MappingEnd => return Ok(Value::Object(members)),
                Event::Scalar(key, ..) => key.into_owned(),
                _ => {
                    return Err(ReadError { line: line_of(span), detail: "a key is not text".to_owned() });
                }
            };
            if members.contains_key(&key) {
                return Err(ReadError { line: line_of(span), detail: format!("the member “{key}” stands twice") });
            }
            let length = at.len();
            at.push('/');
            at.push_str(&key.replace('~', "~0").replace('/', "~1"));
            let (event, value_span) = self.event()?;
            let value = self.node(event, value_span, at, lines, depth + 1)?;
            // A reader looks for the key, not for where its value begins.
            lines.insert(at.clone(), line_of(span));
            at.truncate(length);
            members.insert(key, value);
        }
    }
}

impl Iterator for YamlItems<'_> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_item().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

fn line_of(span: Span) -> u64 {
    span.start.line() as u64
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// A scalar by YAML 1.2's JSON schema: only what JSON would write bare is not text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    if tag.is_some_and(|tag| !(tag.is_yaml_core_schema() && tag.suffix == "str")) {
        return None;
    }
    if style != ScalarStyle::Plain || tag.is_some() {
        // A folded or literal block ends with a line break that its author did not mean.
        let block = matches!(style, ScalarStyle::Folded | ScalarStyle::Literal);
        return Some(Value::from(if block { text.trim_end_matches('\n') } else { text }));
    }
    Some(match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            text.parse::<Number>().map_or_else(|_| Value::from(text), Value::Number)
        }
        _ => Value::from(text),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(text: &str) -> Vec<Item> {
        YamlItems::new(text).map(|item| item.expect("good YAML")).collect()
    }

    #[test]
    fn items_come_with_their_lines() {
        let text = "# top\n- a: 1\n  b:\n    - x\n    - y: 2018-03\n- c: >-\n    two\n    lines\n";
        let items = items(text);
        assert_eq!(items[0].value, json!({"a": 1, "b": ["x", {"y": "2018-03"}]}));
        assert_eq!(items[1].value, json!({"c": "two lines"}));
        assert_eq!((items[0].line, items[1].line), (2, 6));
        assert_eq!(items[0].line_of("/b/1/y"), 5);
        assert_eq!(items[0].line_of("/b/1/missing"), 5, "the nearest member above");
        assert_eq!(items[0].line_of("/nothing"), 2);
    }

    #[test]
    fn anchors_are_written_out_and_reach_later_items() {
        let items = items("- s: &s {id: x}\n- s: *s\n");
        assert_eq!(items[1].value, json!({"s": {"id": "x"}}));
    }

    #[test]
    fn a_mapping_at_the_top_is_one_item() {
        assert_eq!(items("a: 1\nb: null\n").len(), 1);
        assert_eq!(items("").len(), 0);
        assert_eq!(items("---\na: 1\n---\nb: 2\n").len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let fault = |text: &str| YamlItems::new(text).find_map(Result::err).expect("a fault");
        assert_eq!(fault("- a: 1\n  a: 2\n").line, 2);
        assert!(!fault("- a: [1, 2\n").detail.is_empty());
        assert!(fault("- a: !!python/object x\n").detail.contains("tag"));
        let bomb = "- a: &a [x,x,x,x,x,x,x,x,x,x]\n- b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n- c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n- d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n- e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
        assert!(fault(bomb).detail.contains("too large"));
    }
}
