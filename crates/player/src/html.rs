//! A page's elements, from its text. Pages close every tag that they open; one that a browser would have to put right is
//! at fault, for what people then see is not what was written.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// The elements and texts of a page; the first is its root.
#[derive(Debug, Clone, Default)]
pub struct Document {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    /// Name of the element; empty for a text.
    tag: String,
    attributes: BTreeMap<String, String>,
    text: String,
    parent: usize,
    children: Vec<usize>,
}

/// Elements that hold nothing and are never closed.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements at whose beginning a browser ends a paragraph.
const ENDS_PARAGRAPH: [&str; 30] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "ul",
];
/// Elements that a browser does not let stand in one another.
const NOT_IN_ITSELF: [&str; 4] = ["a", "button", "form", "label"];

impl Document {
    /// Reads a page. Errors say which tag does not nest, and after which text.
    pub fn read(text: &str) -> Result<Document, String> {
        let mut document = Document { nodes: vec![Node { tag: "#root".into(), ..Node::default() }] };
        let mut open = vec![0];
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(text, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let name = lossy(&tag.name);
                    document.may_stand(&open, &name)?;
                    let attributes = tag.attributes.iter().map(|(name, value)| (lossy(name), lossy(value)));
                    let node = Node { tag: name, attributes: attributes.collect(), ..Node::default() };
                    let is_void =
                        VOID.contains(&node.tag.as_str()) || (tag.self_closing && document.is_in(&open, "svg"));
                    let id = document.add(&open, node);
                    if !is_void {
                        open.push(id);
                    }
                }
                Token::EndTag(tag) => {
                    let name = lossy(&tag.name);
                    let last = open.last().copied().unwrap_or(0);
                    if document.tag(last) != name {
                        return Err(document.misplaced(&format!("</{name}> ends <{}>", document.tag(last))));
                    }
                    open.pop();
                }
                Token::String(text) => {
                    document.add(&open, Node { text: lossy(&text), ..Node::default() });
                }
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        match open.as_slice() {
            [_] => Ok(document),
            open => Err(document.misplaced(&format!("<{}> is not ended", document.tag(open[open.len() - 1])))),
        }
    }

    /// A text that is no page: a calendar's file, a table of figures.
    pub fn of_text(text: &str) -> Document {
        let root = Node { tag: "#root".into(), children: vec![1], ..Node::default() };
        let lines = Node { tag: "pre".into(), children: vec![2], ..Node::default() };
        Document { nodes: vec![root, lines, Node { text: text.into(), parent: 1, ..Node::default() }] }
    }

    fn add(&mut self, open: &[usize], node: Node) -> usize {
        let (id, parent) = (self.nodes.len(), open.last().copied().unwrap_or(0));
        self.nodes.push(Node { parent, ..node });
        self.nodes[parent].children.push(id);
        id
    }

    fn may_stand(&self, open: &[usize], name: &str) -> Result<(), String> {
        let in_paragraph = open.last().is_some_and(|last| self.tag(*last) == "p");
        if in_paragraph && ENDS_PARAGRAPH.contains(&name) {
            return Err(self.misplaced(&format!("<{name}> stands in <p>, where a browser ends the paragraph")));
        }
        if NOT_IN_ITSELF.contains(&name) && self.is_in(open, name) {
            return Err(self.misplaced(&format!("<{name}> stands in <{name}>")));
        }
        Ok(())
    }

    fn is_in(&self, open: &[usize], name: &str) -> bool {
        open.iter().any(|id| self.tag(*id) == name)
    }

    fn misplaced(&self, what: &str) -> String {
        let last = self.nodes.iter().rev().find(|node| !node.text.trim().is_empty());
        format!("the page’s tags do not nest: {what}, after “{}”", last.map_or("", |node| node.text.trim()))
    }

    /// Name of an element; empty for a text.
    pub fn tag(&self, id: usize) -> &str {
        &self.nodes[id].tag
    }

    /// The text itself; empty for an element.
    pub fn own_text(&self, id: usize) -> &str {
        &self.nodes[id].text
    }

    pub fn attribute(&self, id: usize, name: &str) -> Option<&str> {
        self.nodes[id].attributes.get(name).map(String::as_str)
    }

    pub fn has(&self, id: usize, name: &str) -> bool {
        self.nodes[id].attributes.contains_key(name)
    }

    pub fn children(&self, id: usize) -> &[usize] {
        &self.nodes[id].children
    }

    /// The elements around an element, the nearest first; the root is none.
    pub fn above(&self, id: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(self.nodes[id].parent), |id| Some(self.nodes[*id].parent)).take_while(|id| *id != 0)
    }

    /// All elements, in the order of the page.
    pub fn elements(&self) -> impl Iterator<Item = usize> + '_ {
        (1..self.nodes.len()).filter(|id| !self.tag(*id).is_empty())
    }

    /// The elements within an element.
    pub fn within(&self, id: usize) -> impl Iterator<Item = usize> + '_ {
        self.elements().filter(move |other| self.above(*other).any(|above| above == id))
    }

    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.elements().find(|element| self.attribute(*element, "id") == Some(id))
    }

    /// All texts within an element as they stand, spaces and all.
    pub fn raw_text(&self, id: usize) -> String {
        let node = &self.nodes[id];
        node.children.iter().fold(node.text.clone(), |text, child| text + &self.raw_text(*child))
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_a_browser_would_put_right_are_faults() {
        for (text, fault) in [
            ("<p>Hei<div>x</div></p>", "<div> stands in <p>"),
            ("<ul><li>Hei</ul>", "</ul> ends <li>"),
            ("<main><h1>Hei</h1>", "<main> is not ended"),
            ("<form><div><form></form></div></form>", "<form> stands in <form>"),
        ] {
            let told = Document::read(text).map(drop).expect_err(text);
            assert!(told.contains(fault), "{told}");
        }
    }

    #[test]
    fn a_page_is_read_with_its_references_and_raw_texts() {
        let text = "<!doctype html><html><head><title>a &amp; b</title><script>if (1 < 2) {}</script></head>\
                    <body><input value=\"&quot;x&quot;\"><br><svg><path d=\"M0\"/><g></g></svg><p>ä&nbsp;ö</p></body></html>";
        let document = Document::read(text).expect("a page");
        let title = document.elements().find(|it| document.tag(*it) == "title").expect("a title");
        assert_eq!(document.raw_text(title), "a & b");
        let input = document.elements().find(|it| document.tag(*it) == "input").expect("a field");
        assert_eq!(document.attribute(input, "value"), Some("\"x\""));
        let path = document.elements().find(|it| document.tag(*it) == "path").expect("a path");
        assert!(document.children(path).is_empty());
    }
}
