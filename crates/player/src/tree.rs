//! A page as people meet it: roles, names and texts, as a screen reader tells them. Hidden things are not there, and what
//! is folded is not there until it is opened.

use std::collections::{BTreeMap, BTreeSet};

use crate::html::Document;
use crate::words::{plain, squeezed};

/// The things that a person has done to a page and not sent yet, by element.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// Texts of fields, and values of chosen options.
    pub written: BTreeMap<usize, String>,
    /// Boxes and radio buttons, ticked or cleared.
    pub ticked: BTreeMap<usize, bool>,
    /// Files, by name, with their bytes.
    pub attached: BTreeMap<usize, (String, Vec<u8>)>,
    /// Folded parts that were opened.
    pub opened: BTreeSet<usize>,
}

/// The things that people meet of a page; the first node is all of it.
#[derive(Debug, Clone)]
pub struct Tree {
    pub nodes: Vec<Node>,
}

/// Something that people meet.
#[derive(Debug, Clone)]
pub struct Node {
    /// As in WAI-ARIA; also `text`, `generic` (a box without meaning), `file`, `summary`, `pair` (a term and what is said of it)
    /// and `part` (a heading and what stands under it).
    pub role: &'static str,
    /// The name by which it is known; of a `text` the text.
    pub name: String,
    /// Whether it begins a line of its own.
    pub is_block: bool,
    pub element: Option<usize>,
    pub parent: usize,
    pub children: Vec<usize>,
}

/// Elements that stand within a line.
const INLINE: [&str; 32] = [
    "a", "abbr", "b", "bdi", "bdo", "button", "cite", "code", "data", "em", "i", "img", "input", "kbd", "label",
    "mark", "q", "s", "samp", "select", "small", "span", "strong", "sub", "sup", "svg", "textarea", "time", "u", "var",
    "wbr", "output",
];
/// Elements that nobody meets.
const UNSEEN: [&str; 7] = ["head", "script", "style", "template", "title", "datalist", "option"];
/// Roles that take their name from what they hold.
const NAMED_BY_CONTENT: [&str; 11] =
    ["button", "cell", "heading", "link", "listitem", "row", "status", "alert", "summary", "note", "term"];

/// The tree of a page, after what was done to it.
pub fn tree(document: &Document, done: &Done) -> Tree {
    let root = Node { role: "page", name: String::new(), is_block: true, element: None, parent: 0, children: vec![] };
    let mut building = Building { document, done, tree: Tree { nodes: vec![root] } };
    for child in document.children(0) {
        building.add(*child, 0);
    }
    building.name_by_content();
    building.gather_parts(0);
    building.tree
}

struct Building<'a> {
    document: &'a Document,
    done: &'a Done,
    tree: Tree,
}

impl Building<'_> {
    fn add(&mut self, id: usize, parent: usize) {
        let document = self.document;
        if document.tag(id).is_empty() {
            let text = document.own_text(id);
            if !text.is_empty() {
                self.push("text", text.into(), false, None, parent);
            }
            return;
        }
        if is_unseen(document, id) {
            return;
        }
        let tag = document.tag(id);
        let role = role_of(document, id);
        let node = self.push(role, self.name_of(id, role), !INLINE.contains(&tag), Some(id), parent);
        match role {
            "img" => {}
            "textbox" | "combobox" | "file" => {
                let value = value(document, self.done, id);
                if document.attribute(id, "type") != Some("password") && !value.is_empty() {
                    let shown = if tag == "select" { chosen_text(document, &value, id) } else { value };
                    self.push("text", shown, false, None, node);
                }
            }
            "group" if tag == "details" && !self.done.opened.contains(&id) && !document.has(id, "open") => {
                let summary = document.children(id).iter().find(|it| document.tag(**it) == "summary");
                summary.into_iter().for_each(|summary| self.add(*summary, node));
            }
            "list" if tag == "dl" => self.add_pairs(id, node),
            _ => document.children(id).iter().for_each(|child| self.add(*child, node)),
        }
        if tag == "br" {
            self.push("text", "\n".into(), true, None, parent);
        }
    }

    /// Terms and what is said of them: each term with what follows it.
    fn add_pairs(&mut self, id: usize, list: usize) {
        let mut pair = None;
        for child in self.document.children(id) {
            match (self.document.tag(*child), pair) {
                ("div", _) => {
                    let node = self.push("pair", String::new(), true, None, list);
                    self.document.children(*child).iter().for_each(|it| self.add(*it, node));
                }
                ("dd", Some(pair)) => self.add(*child, pair),
                ("", _) => {}
                _ => {
                    let node = self.push("pair", String::new(), true, None, list);
                    self.add(*child, node);
                    pair = Some(node);
                }
            }
        }
    }

    fn push(
        &mut self,
        role: &'static str,
        name: String,
        is_block: bool,
        element: Option<usize>,
        parent: usize,
    ) -> usize {
        let id = self.tree.nodes.len();
        self.tree.nodes.push(Node { role, name, is_block, element, parent, children: vec![] });
        self.tree.nodes[parent].children.push(id);
        id
    }

    /// A name that does not come of what it holds.
    fn name_of(&self, id: usize, role: &str) -> String {
        let document = self.document;
        let given = |name: &str| document.attribute(id, name).map(squeezed).filter(|text| !text.is_empty());
        if let Some(ids) = document.attribute(id, "aria-labelledby") {
            let named = ids.split_whitespace().filter_map(|id| document.by_id(id));
            return squeezed(&named.map(|id| document.raw_text(id)).collect::<Vec<_>>().join(" "));
        }
        if let Some(label) = given("aria-label") {
            return label;
        }
        let child = |tag: &str| {
            let found = document.children(id).iter().find(|it| document.tag(**it) == tag);
            found.map(|it| squeezed(&document.raw_text(*it)))
        };
        match document.tag(id) {
            "input" if role == "button" => given("value").unwrap_or_default(),
            "input" | "select" | "textarea" => {
                let labels = document.elements().filter(|it| {
                    let is_for = document.attribute(id, "id").is_some()
                        && document.attribute(*it, "for") == document.attribute(id, "id");
                    let is_around = !document.has(*it, "for") && document.above(id).any(|above| above == *it);
                    document.tag(*it) == "label" && (is_for || is_around)
                });
                let told: Vec<String> = labels.map(|label| label_text(document, label)).collect();
                if told.is_empty() { given("title").unwrap_or_default() } else { squeezed(&told.join(" ")) }
            }
            "img" => given("alt").unwrap_or_default(),
            "svg" => child("title").or_else(|| given("title")).unwrap_or_default(),
            "fieldset" => child("legend").unwrap_or_default(),
            "table" => child("caption").unwrap_or_default(),
            "figure" => child("figcaption").unwrap_or_default(),
            "details" => child("summary").unwrap_or_default(),
            _ if NAMED_BY_CONTENT.contains(&role) => String::new(),
            _ => given("title").unwrap_or_default(),
        }
    }

    fn name_by_content(&mut self) {
        for id in (0..self.tree.nodes.len()).rev() {
            let node = &self.tree.nodes[id];
            if NAMED_BY_CONTENT.contains(&node.role) && node.name.is_empty() {
                self.tree.nodes[id].name = plain(&self.tree.text(id)).replace('\n', " ");
            }
        }
    }

    /// Puts headings and what stands under them together, as people read them.
    fn gather_parts(&mut self, id: usize) {
        let children = std::mem::take(&mut self.tree.nodes[id].children);
        for child in &children {
            self.gather_parts(*child);
        }
        let gathered = self.gathered(id, &children);
        self.tree.nodes[id].children = gathered;
    }

    fn gathered(&mut self, parent: usize, children: &[usize]) -> Vec<usize> {
        let (mut out, mut at) = (Vec::new(), 0);
        while let Some(child) = children.get(at) {
            let Some(level) = self.level(*child) else {
                self.tree.nodes[*child].parent = parent;
                out.push(*child);
                at += 1;
                continue;
            };
            let under = children[at + 1..].iter().take_while(|it| self.level(**it).is_none_or(|it| it > level)).count();
            let name = self.tree.nodes[*child].name.clone();
            let part = self.tree.nodes.len();
            self.tree.nodes.push(Node { role: "part", name, is_block: true, element: None, parent, children: vec![] });
            self.tree.nodes[*child].parent = part;
            let rest = self.gathered(part, &children[at + 1..=at + under]);
            self.tree.nodes[part].children = [vec![*child], rest].concat();
            out.push(part);
            at += under + 1;
        }
        out
    }

    fn level(&self, id: usize) -> Option<u8> {
        let node = &self.tree.nodes[id];
        let element = node.element.filter(|_| node.role == "heading")?;
        let level = self.document.attribute(element, "aria-level").unwrap_or(&self.document.tag(element)[1..]);
        level.parse().ok()
    }
}

impl Tree {
    /// The nodes within a node, in the order of the page.
    pub fn within(&self, id: usize) -> Vec<usize> {
        let mut all = Vec::new();
        for child in &self.nodes[id].children {
            all.push(*child);
            all.extend(self.within(*child));
        }
        all
    }

    /// The nodes around a node, the nearest first.
    pub fn above(&self, id: usize) -> impl Iterator<Item = usize> + '_ {
        let above = move |id: &usize| (*id != 0).then(|| self.nodes[*id].parent);
        std::iter::successors(above(&id), above)
    }

    /// The texts within a node: boxes on lines of their own, pictures by their names.
    pub fn text(&self, id: usize) -> String {
        let mut text = String::new();
        self.put_text(id, &mut text);
        plain(&text)
    }

    fn put_text(&self, id: usize, into: &mut String) {
        let node = &self.nodes[id];
        match node.role {
            "text" => into.push_str(&node.name.replace('\n', if node.is_block { "\n" } else { " " })),
            "img" => {
                into.push(' ');
                into.push_str(&node.name);
                into.push(' ');
            }
            _ => {
                let edge = if node.is_block { "\n" } else { "" };
                into.push_str(edge);
                let mut before = "text";
                for child in &node.children {
                    let role = self.nodes[*child].role;
                    let at = into.len();
                    self.put_text(*child, into);
                    // A box in a line is told apart from what stands beside it by its looks.
                    let meets = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
                    let is_told = (before, role) != ("text", "text") && at > 0;
                    if is_told && meets(into[..at].chars().next_back()) && meets(into[at..].chars().next()) {
                        into.insert(at, ' ');
                    }
                    before = role;
                }
                into.push_str(edge);
            }
        }
    }

    /// The page as an indented list, for whoever looks for what was not found.
    pub fn told(&self) -> String {
        let mut out = String::new();
        self.tell(0, 0, &mut out);
        out
    }

    fn tell(&self, id: usize, depth: usize, out: &mut String) {
        let node = &self.nodes[id];
        let name = squeezed(&node.name);
        // A thing named by its content says it once.
        let is_line = node.children.iter().all(|child| self.nodes[*child].role == "text");
        let is_said = is_line && !name.is_empty();
        let by_parts = NAMED_BY_CONTENT.contains(&node.role) && !is_said;
        let is_box = matches!(node.role, "generic" | "page" | "part");
        let is_told = !is_box && (node.role != "text" || !name.is_empty());
        if is_told {
            let name = if name.is_empty() || by_parts { String::new() } else { format!(" “{name}”") };
            out.push_str(&format!("{}{}{name}\n", "  ".repeat(depth), node.role));
        }
        if !is_said || node.role == "text" || matches!(node.role, "textbox" | "combobox" | "file") {
            node.children.iter().for_each(|child| self.tell(*child, depth + usize::from(is_told), out));
        }
    }
}

/// The value of a field, as a person left it or as the page has it.
pub fn value(document: &Document, done: &Done, id: usize) -> String {
    if let Some(written) = done.written.get(&id) {
        return written.clone();
    }
    if let Some((name, _)) = done.attached.get(&id) {
        return name.clone();
    }
    match document.tag(id) {
        "textarea" => {
            let text = document.raw_text(id);
            text.strip_prefix('\n').unwrap_or(&text).to_string()
        }
        "select" => {
            let options: Vec<usize> = options(document, id);
            let chosen = options.iter().find(|it| document.has(**it, "selected")).or_else(|| options.first());
            chosen.map(|it| option_value(document, *it)).unwrap_or_default()
        }
        _ => document.attribute(id, "value").unwrap_or("").to_string(),
    }
}

/// The options of a list.
pub fn options(document: &Document, id: usize) -> Vec<usize> {
    document.within(id).filter(|it| document.tag(*it) == "option").collect()
}

pub fn option_value(document: &Document, id: usize) -> String {
    let value = document.attribute(id, "value").map(str::to_string);
    value.unwrap_or_else(|| squeezed(&document.raw_text(id)))
}

fn chosen_text(document: &Document, value: &str, id: usize) -> String {
    let chosen = options(document, id).into_iter().find(|it| option_value(document, *it) == value);
    chosen.map(|it| squeezed(&document.raw_text(it))).unwrap_or_default()
}

/// A label without what stands in its field.
fn label_text(document: &Document, id: usize) -> String {
    let mut text = document.own_text(id).to_string();
    for child in document.children(id) {
        if !matches!(document.tag(*child), "select" | "textarea" | "input" | "button") {
            text += &label_text(document, *child);
        }
    }
    text
}

/// Whether an element, as it stands, is met by nobody.
fn is_unseen(document: &Document, id: usize) -> bool {
    let is = |name: &str, value: &str| document.attribute(id, name) == Some(value);
    let tag = document.tag(id);
    UNSEEN.contains(&tag)
        || document.has(id, "hidden")
        || is("aria-hidden", "true")
        || (tag == "input" && is("type", "hidden"))
        || (tag == "dialog" && !document.has(id, "open"))
}

/// The role of an element, by its attribute or by what HTML says of it.
fn role_of(document: &Document, id: usize) -> &'static str {
    const TOLD: [&str; 22] = [
        "alert",
        "article",
        "button",
        "cell",
        "complementary",
        "dialog",
        "figure",
        "group",
        "heading",
        "img",
        "link",
        "list",
        "listitem",
        "log",
        "note",
        "radiogroup",
        "region",
        "row",
        "search",
        "status",
        "table",
        "timer",
    ];
    let told = document.attribute(id, "role");
    if let Some(told) = told.and_then(|told| TOLD.iter().find(|role| **role == told)) {
        return told;
    }
    if matches!(told, Some("presentation" | "none")) {
        return "generic";
    }
    match document.tag(id) {
        "a" if document.has(id, "href") => "link",
        "article" => "article",
        "aside" => "complementary",
        "button" => "button",
        "dd" => "definition",
        "details" | "fieldset" | "optgroup" => "group",
        "dt" => "term",
        "figure" => "figure",
        "footer" => "contentinfo",
        "form" => "form",
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "heading",
        "header" => "banner",
        "img" | "svg" => "img",
        "input" => match document.attribute(id, "type").unwrap_or("text") {
            "button" | "submit" | "reset" | "image" => "button",
            "checkbox" => "checkbox",
            "radio" => "radio",
            "file" => "file",
            _ => "textbox",
        },
        "li" => "listitem",
        "main" => "main",
        "nav" => "navigation",
        "ol" | "ul" | "menu" | "dl" => "list",
        "output" => "status",
        "section" => "region",
        "select" => "combobox",
        "summary" => "summary",
        "table" => "table",
        "td" | "th" => "cell",
        "textarea" => "textbox",
        "tr" => "row",
        _ => "generic",
    }
}
