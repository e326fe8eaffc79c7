//! Every page to which links lead from somebody's home, whatever their role: it stands, it has one name of its own, it leads
//! on, and it says in words what is missing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use player::Document;
use player::tree::{Done, Tree, tree};

use super::county::{Asker, County};
use crate::on_its_own;

/// Views of one page that are looked at: days and filters go on for ever.
const VIEWS: usize = 6;
/// Pages whose next step lies elsewhere, and that say so: a county contracts for its ports, a system is tried in a
/// demonstration, and a partner waits for a task.
const ENDS: [(&str, &str); 3] = [("admin", "/admin/ports"), ("evaluator", "/evaluate/models"), ("partner", "/")];
/// Signs that say nothing of why a value is missing.
const DASHES: [&str; 4] = ["-", "–", "—", "−"];

#[test]
fn every_page_that_is_led_to_stands_has_a_name_of_its_own_and_leads_on() {
    on_its_own(async {
        let county = County::made().await;
        let mut wrong = Vec::new();
        // To those of the other register a matter says why it stays closed.
        let is_led = |it: &&Asker| it.place == "here" && it.name != "other register";
        for asker in county.askers().await.iter().filter(is_led) {
            let mut crawl = Crawl { named: BTreeMap::new(), wrong: Vec::new() };
            let (mut known, mut ahead) =
                (BTreeSet::from(["/".to_string()]), VecDeque::from([("/".to_string(), String::new())]));
            while let Some((path, from)) = ahead.pop_front() {
                let (status, body) = county.page(&path, asker).await;
                // A file is no page.
                if !body.starts_with("<!DOCTYPE html>") {
                    crawl.note(
                        asker,
                        &path,
                        (status != 200 && status != 303).then(|| format!("answers {status}, from {from}")),
                    );
                    continue;
                }
                if status != 200 {
                    crawl.note(asker, &path, Some(format!("answers {status}, from {from}")));
                    continue;
                }
                for to in crawl.look(asker, &path, &body) {
                    let views = known.iter().filter(|it| plain(it) == plain(&to)).count();
                    if views < VIEWS && known.insert(to.clone()) {
                        ahead.push_back((to, path.clone()));
                    }
                }
            }
            wrong.extend(crawl.wrong);
        }
        assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    });
}

struct Crawl {
    /// The page that bears a title: its address without ids and query.
    named: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Crawl {
    fn note(&mut self, asker: &Asker, path: &str, wrong: Option<String>) {
        self.wrong.extend(wrong.map(|what| format!("{} {path}: {what}", asker.name)));
    }

    /// Looks at a page, and gives the addresses to which it leads.
    fn look(&mut self, asker: &Asker, path: &str, body: &str) -> Vec<String> {
        let document = Document::read(body).unwrap_or_else(|why| panic!("{path}: {why}"));
        let tree = tree(&document, &Done::default());
        let of = |tag: &'static str| document.elements().filter(|id| document.tag(*id) == tag).collect::<Vec<_>>();
        // A drawing has a title, too.
        let in_head = |id: &usize| document.above(*id).any(|it| document.tag(it) == "head");
        let titles: Vec<String> = of("title").into_iter().filter(in_head).map(|id| document.raw_text(id)).collect();
        let headings = of("h1");
        let title = titles.first().map_or("", |it| it.split(" – Luotsi").next().unwrap_or(""));
        let is_empty = |id: &usize| document.raw_text(*id).trim().is_empty();
        if titles.len() > 1 || title.is_empty() || headings.len() != 1 || headings.iter().any(is_empty) {
            self.note(asker, path, Some(format!("{} titles, {} main headings", titles.len(), headings.len())));
        }
        // One page has one name in all its views, and no other page has it.
        let of_name = self.named.entry(title.to_string()).or_insert_with(|| plain(path).into()).clone();
        if of_name != plain(path) {
            self.note(asker, path, Some(format!("bears the title “{title}” of {of_name}")));
        }
        let main = tree.nodes.iter().position(|node| node.role == "main").unwrap_or(0);
        let within = |id: usize| tree.within(id);
        let leads_on = within(main).iter().any(|id| ["link", "button", "summary"].contains(&tree.nodes[*id].role));
        if !leads_on && !ENDS.contains(&(asker.name, plain(path))) {
            self.note(asker, path, Some("is a dead end".into()));
        }
        for text in unsaid(&tree, main) {
            self.note(asker, path, Some(text));
        }
        let hrefs = document.elements().filter(|id| document.tag(*id) == "a");
        let hrefs = hrefs.filter_map(|id| document.attribute(id, "href"));
        let here = path.split('?').next().unwrap_or(path);
        let resolved = hrefs.filter_map(|href| match href.chars().next() {
            Some('/') => Some(href.to_string()),
            Some('?') => Some(format!("{here}{href}")),
            _ => None,
        });
        let is_other = |to: &String| !["lang=", "notice="].iter().any(|word| to.contains(word));
        resolved.map(|to| to.split('#').next().unwrap_or("").to_string()).filter(is_other).collect()
    }
}

/// Values that are a dash or nothing at all, with the words beside them.
fn unsaid(tree: &Tree, main: usize) -> Vec<String> {
    let values = tree.within(main).into_iter().filter(|id| ["cell", "definition"].contains(&tree.nodes[*id].role));
    let bare = values.filter(|id| {
        let text = tree.text(*id);
        DASHES.contains(&text.trim()) || (text.trim().is_empty() && tree.nodes[*id].role == "definition")
    });
    bare.map(|id| {
        let beside = tree.above(id).next().map_or(String::new(), |row| tree.text(row).replace('\n', " "));
        format!("a value is missing without a word: {beside}")
    })
    .collect()
}

/// An address without its query.
fn plain(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}
