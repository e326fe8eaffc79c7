//! Looking for things on a page by what people call them. There must be one of a name, or it is said which there were.

use crate::tree::Tree;
use crate::words::{holds, plain, squeezed};

/// Roles of what holds other things and can be told by its words.
const HOLDERS: [&str; 18] = [
    "row",
    "log",
    "search",
    "listitem",
    "group",
    "radiogroup",
    "region",
    "article",
    "navigation",
    "complementary",
    "form",
    "part",
    "table",
    "pair",
    "figure",
    "status",
    "alert",
    "list",
];

impl Tree {
    /// Where to look: the whole page, or what holds these words. Rows, list items, groups, regions, articles, and headings
    /// with what stands under them; those that are called so rather than those that hold the words somewhere, and the
    /// smallest of them. Errors: nothing holds them.
    pub fn narrowed(&self, within: Option<&str>) -> Result<Vec<usize>, String> {
        let Some(words) = within else { return Ok(vec![0]) };
        let holders: Vec<usize> =
            self.within(0).into_iter().filter(|id| HOLDERS.contains(&self.nodes[*id].role)).collect();
        let called = |id: &usize| self.label(*id) == squeezed(words);
        let holding = |id: &usize| holds(&squeezed(&self.nodes[*id].name), words) || holds(&self.text(*id), words);
        let named: Vec<usize> = holders.iter().copied().filter(called).collect();
        let found = if named.is_empty() { holders.into_iter().filter(holding).collect() } else { named };
        let smallest = found.iter().filter(|id| !found.iter().any(|other| self.above(*other).any(|it| it == **id)));
        // Things in a row are told by the whole row.
        let row = |id: &usize| self.above(*id).find(|it| self.nodes[*it].role == "row").unwrap_or(*id);
        let mut found: Vec<usize> = smallest.map(row).collect();
        found.dedup();
        match found.as_slice() {
            [] => Err(format!("nothing on the page holds “{words}” (within)")),
            _ => Ok(found),
        }
    }

    /// The name by which a holder is known: of a row its first cell.
    fn label(&self, id: usize) -> String {
        let node = &self.nodes[id];
        let first = |role: &str| node.children.iter().find(|it| self.nodes[**it].role == role);
        match node.role {
            "row" => first("cell").map_or(String::new(), |cell| squeezed(&self.text(*cell))),
            "pair" => first("term").map_or(String::new(), |term| squeezed(&self.text(*term))),
            "listitem" | "status" | "alert" => String::new(),
            _ => squeezed(&node.name),
        }
    }

    /// The only thing of these roles that is called so; else the only one whose name has these words. Errors say which of
    /// these roles there were.
    pub fn only(&self, roles: &[&str], name: &str, within: Option<&str>) -> Result<usize, String> {
        let all = self.of_roles(roles, within)?;
        let is_called = |id: &&usize| squeezed(&self.nodes[**id].name) == squeezed(name);
        let has_words = |id: &&usize| holds(&squeezed(&self.nodes[**id].name), name);
        let mut found: Vec<usize> = all.iter().filter(is_called).copied().collect();
        if found.is_empty() {
            found = all.iter().filter(has_words).copied().collect();
        }
        let place = within.map_or(String::new(), |within| format!(" within “{within}”"));
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(format!("there is no {} “{name}”{place}; there is {}", roles[0], self.names(&all))),
            many => Err(format!("{} are called “{name}”{place}: {}; say within what", many.len(), self.names(many))),
        }
    }

    /// All of these roles.
    pub fn of_roles(&self, roles: &[&str], within: Option<&str>) -> Result<Vec<usize>, String> {
        let mut all = Vec::new();
        for place in self.narrowed(within)? {
            all.extend(self.within(place).into_iter().filter(|id| roles.contains(&self.nodes[*id].role)));
        }
        all.dedup();
        Ok(all)
    }

    fn names(&self, ids: &[usize]) -> String {
        match ids {
            [] => "none".into(),
            ids => {
                let named = ids.iter().map(|id| format!("“{}”", squeezed(&self.nodes[*id].name)));
                named.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Whether a text, or something of a role with such a name, is seen. Errors: nothing holds `within`.
    pub fn sees(&self, role: Option<&[&str]>, words: &str, within: Option<&str>) -> Result<bool, String> {
        let places = self.narrowed(within)?;
        Ok(match role {
            None => places.iter().any(|place| holds(&self.text(*place), words)),
            Some(roles) => {
                let is_one = |id: &usize| {
                    let node = &self.nodes[*id];
                    // A row may be the place itself.
                    roles.contains(&node.role) && (holds(&squeezed(&node.name), words) || holds(&self.text(*id), words))
                };
                let itself = |place: &usize| within.is_some() && is_one(place);
                places.iter().any(|place| itself(place) || self.within(*place).iter().any(is_one))
            }
        })
    }

    /// A value that a page tells beside its label: in the rest of the line, or in the next one.
    pub fn beside(&self, label: &str, within: Option<&str>) -> Result<String, String> {
        for place in self.narrowed(within)? {
            let text = plain(&self.text(place));
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                let Some(rest) = line.strip_prefix(&squeezed(label)) else { continue };
                let rest = rest.trim_start_matches([':', ' ']);
                let value = if rest.trim_matches(['.', ' ']).is_empty() { lines.next().unwrap_or("") } else { rest };
                // A sentence that follows says more of it, and is not it.
                let value = value.split(". ").next().unwrap_or("").trim_end_matches('.');
                if !value.is_empty() {
                    return Ok(value.to_string());
                }
            }
        }
        Err(format!("the page tells nothing beside “{label}”"))
    }
}
