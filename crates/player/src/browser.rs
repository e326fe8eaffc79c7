//! One person's browser without a script: pages, links, forms and cookies. It does what the person asks by the names that
//! people see, and says what there was when it cannot.

use std::rc::Rc;

use crate::forms::{form_of, is_disabled, is_ticked, sent, typed};
use crate::html::Document;
use crate::http::{Answer, Cookies, Request};
use crate::tree::{Done, Tree, option_value, options, tree};
use crate::words::{holds, squeezed};

/// The way to the server.
pub type Fetch = Rc<dyn Fn(&Request) -> Result<Answer, String>>;

/// After so many a browser follows no further.
const REDIRECTS: usize = 10;

/// A browser with the page that it shows.
pub struct Browser {
    fetch: Fetch,
    /// `http://HOST:PORT`.
    origin: String,
    language: String,
    pub cookies: Cookies,
    page: Page,
}

/// The page shown, and what was done to it.
#[derive(Clone)]
struct Page {
    /// Path and query.
    path: String,
    status: u16,
    document: Document,
    done: Done,
    tree: Tree,
}

/// Why a browser could not do what it was asked to.
pub type Unable = String;

impl Browser {
    /// A browser that asks for pages in a language, `fi`.
    pub fn new(fetch: Fetch, origin: &str, language: &str) -> Browser {
        let document = Document::default();
        let page = Page {
            path: "/".into(),
            status: 0,
            tree: tree(&Document::of_text(""), &Done::default()),
            document,
            done: Done::default(),
        };
        Browser { fetch, origin: origin.into(), language: language.into(), cookies: Cookies::default(), page }
    }

    pub fn tree(&self) -> &Tree {
        &self.page.tree
    }

    /// The status with which the page came.
    pub fn status(&self) -> u16 {
        self.page.status
    }

    /// The page's path and query.
    pub fn path(&self) -> &str {
        &self.page.path
    }

    /// Opens an address of this server.
    pub fn open(&mut self, path: &str) -> Result<(), Unable> {
        self.go(Request { method: "GET", path: path.into(), ..Request::default() })
    }

    /// Sends a form that stands on no page: a sign-in of the demo.
    pub fn post(&mut self, path: &str, values: &[(&str, &str)]) -> Result<(), Unable> {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", crate::forms::escaped(value));
        let body = values.iter().map(pair).collect::<Vec<_>>().join("&").into_bytes();
        let headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_string())];
        self.go(Request { method: "POST", path: path.into(), headers, body })
    }

    /// Follows a link.
    pub fn follow(&mut self, name: &str, within: Option<&str>) -> Result<(), Unable> {
        let links = self.page.tree.of_roles(&["link"], within)?;
        let goal = |id: &usize| {
            let element = self.page.tree.nodes[*id].element?;
            self.page.document.attribute(element, "href").map(str::to_string)
        };
        // Two ways of one name to one place are one.
        let mut named: Vec<String> = links
            .iter()
            .filter(|id| squeezed(&self.page.tree.nodes[**id].name) == squeezed(name))
            .filter_map(goal)
            .collect();
        named.dedup();
        let goal = match named.as_slice() {
            [one] => one.clone(),
            _ => {
                let link = self.page.tree.only(&["link"], name, within)?;
                goal(&link).unwrap_or_default()
            }
        };
        if goal.starts_with('#') {
            return Ok(());
        }
        let path = resolved(&self.page.path, &self.origin, &goal)?;
        self.open(&path)
    }

    /// Presses a button, or opens what is folded under such words.
    pub fn press(&mut self, name: &str, within: Option<&str>) -> Result<(), Unable> {
        let tree = &self.page.tree;
        // A fold is often called as the button in it: where both are there, the button is meant.
        let is_called = |id: &usize| squeezed(&tree.nodes[*id].name) == squeezed(name);
        let buttons: Vec<usize> = tree.of_roles(&["button"], within)?.into_iter().filter(is_called).collect();
        let id = match buttons.as_slice() {
            [one] => *one,
            _ => tree.only(&["button", "summary"], name, within)?,
        };
        self.press_it(id)
    }

    /// Presses the first of the buttons whose names have these words.
    pub fn press_first(&mut self, name: &str, within: Option<&str>) -> Result<(), Unable> {
        let all = self.page.tree.of_roles(&["button"], within)?;
        let first = all.into_iter().find(|id| holds(&squeezed(&self.page.tree.nodes[*id].name), name));
        self.press_it(first.ok_or_else(|| format!("there is no button “{name}”"))?)
    }

    fn press_it(&mut self, id: usize) -> Result<(), Unable> {
        let (element, name) = (self.element(id), self.page.tree.nodes[id].name.clone());
        let document = &self.page.document;
        if document.tag(element) == "summary" {
            let details = document.above(element).next().unwrap_or(element);
            if !self.page.done.opened.remove(&details) {
                self.page.done.opened.insert(details);
            }
            self.look_again();
            return Ok(());
        }
        // A link that looks like a button, and is told as one.
        if let Some(goal) = document.attribute(element, "href").filter(|_| document.tag(element) == "a") {
            let path = resolved(&self.page.path, &self.origin, goal)?;
            return self.open(&path);
        }
        if is_disabled(document, element) {
            return Err(format!("the button “{name}” cannot be pressed: it is disabled"));
        }
        let kind = document.attribute(element, "type").unwrap_or("submit");
        let form = form_of(document, element).filter(|_| matches!(kind, "submit" | "image"));
        let form = form.ok_or_else(|| format!("the button “{name}” does nothing without a script"))?;
        let request = sent(document, &self.page.done, form, element)?;
        let path = resolved(&self.page.path, &self.origin, &request.path)?;
        self.go(Request { path, ..request })
    }

    /// Writes a text into a field.
    pub fn write(&mut self, text: &str, field: &str, within: Option<&str>) -> Result<(), Unable> {
        let id = self.page.tree.only(&["textbox"], field, within)?;
        let element = self.element(id);
        let document = &self.page.document;
        if is_disabled(document, element) || document.has(element, "readonly") {
            return Err(format!("nothing can be written in “{field}”"));
        }
        let text = typed(document.attribute(element, "type").unwrap_or("text"), text)?;
        self.page.done.written.insert(element, text);
        self.look_again();
        Ok(())
    }

    /// Chooses one of a list, or one radio button of a group.
    pub fn choose(&mut self, choice: &str, field: &str, within: Option<&str>) -> Result<(), Unable> {
        // A list rather than what folds something away, which may be called the same.
        let lists = self.page.tree.only(&["combobox"], field, within);
        let id = lists.or_else(|_| self.page.tree.only(&["combobox", "radiogroup", "group"], field, within))?;
        let element = self.element(id);
        if self.page.tree.nodes[id].role != "combobox" {
            let radios: Vec<usize> =
                self.page.tree.within(id).into_iter().filter(|it| self.page.tree.nodes[*it].role == "radio").collect();
            let names: Vec<String> = radios.iter().map(|it| squeezed(&self.page.tree.nodes[*it].name)).collect();
            let chosen = self.element(radios[one_of(&names, choice, field)?]);
            let document = &self.page.document;
            if is_disabled(document, chosen) {
                return Err(format!("“{choice}” cannot be chosen: it is disabled"));
            }
            let (name, form) = (document.attribute(chosen, "name").map(str::to_string), form_of(document, chosen));
            let group: Vec<usize> = document
                .elements()
                .filter(|it| document.attribute(*it, "type") == Some("radio") && form_of(document, *it) == form)
                .filter(|it| document.attribute(*it, "name") == name.as_deref())
                .collect();
            self.page.done.ticked.extend(group.into_iter().map(|it| (it, it == chosen)));
            self.look_again();
            return Ok(());
        }
        let document = &self.page.document;
        if is_disabled(document, element) {
            return Err(format!("nothing can be chosen in “{field}”: it is disabled"));
        }
        let options: Vec<usize> =
            options(document, element).into_iter().filter(|it| !document.has(*it, "disabled")).collect();
        let names: Vec<String> = options.iter().map(|it| squeezed(&document.raw_text(*it))).collect();
        // Of several of one name the name of its group tells it from others: “Suomi: Hei”.
        let of_group = |option: &usize| document.above(*option).find(|it| document.tag(*it) == "optgroup");
        let label =
            |option: &usize| of_group(option).and_then(|it| document.attribute(it, "label")).unwrap_or_default();
        let in_groups: Vec<String> =
            options.iter().zip(&names).map(|(option, name)| format!("{}: {name}", squeezed(label(option)))).collect();
        let place = one_of(&names, choice, field).or_else(|why| one_of(&in_groups, choice, field).map_err(|_| why))?;
        let value = option_value(document, options[place]);
        self.page.done.written.insert(element, value);
        self.look_again();
        Ok(())
    }

    /// Ticks a box, or clears one that is ticked.
    pub fn tick(&mut self, name: &str, within: Option<&str>) -> Result<(), Unable> {
        let id = self.page.tree.only(&["checkbox"], name, within)?;
        let element = self.element(id);
        if is_disabled(&self.page.document, element) {
            return Err(format!("“{name}” cannot be ticked: it is disabled"));
        }
        let is_ticked = is_ticked(&self.page.document, &self.page.done, element);
        self.page.done.ticked.insert(element, !is_ticked);
        Ok(())
    }

    /// Attaches a file.
    pub fn attach(&mut self, file: &str, bytes: Vec<u8>, field: &str, within: Option<&str>) -> Result<(), Unable> {
        let id = self.page.tree.only(&["file"], field, within)?;
        let element = self.element(id);
        self.page.done.attached.insert(element, (file.into(), bytes));
        Ok(())
    }

    fn element(&self, id: usize) -> usize {
        self.page.tree.nodes[id].element.unwrap_or(0)
    }

    fn look_again(&mut self) {
        self.page.tree = tree(&self.page.document, &self.page.done);
    }

    /// Goes to an address and on to where it leads, and shows what is there.
    fn go(&mut self, mut request: Request) -> Result<(), Unable> {
        for _ in 0..REDIRECTS {
            let answer = self.ask(&request)?;
            self.cookies.take(&answer);
            let Some(goal) = answer.header("location").filter(|_| (300..400).contains(&answer.status)) else {
                return self.show(&request.path, &answer);
            };
            let path = resolved(&request.path, &self.origin, goal)?;
            request = match answer.status {
                307 | 308 => Request { path, ..request },
                _ => Request { method: "GET", path, ..Request::default() },
            };
        }
        Err(format!("{} leads round and round", request.path))
    }

    fn ask(&self, request: &Request) -> Result<Answer, Unable> {
        let mut request = request.clone();
        request.path = request.path.split('#').next().unwrap_or("/").to_string();
        request.headers.extend([
            ("Accept", "text/html,*/*;q=0.8".to_string()),
            ("Accept-Language", self.language.clone()),
            ("Referer", format!("{}{}", self.origin, self.page.path)),
            ("Sec-Fetch-Dest", "document".into()),
            ("Sec-Fetch-Mode", "navigate".into()),
            ("Sec-Fetch-Site", "same-origin".into()),
        ]);
        if request.method == "POST" {
            request.headers.push(("Origin", self.origin.clone()));
        }
        request.headers.extend(self.cookies.header(&request.path).map(|cookies| ("Cookie", cookies)));
        (self.fetch)(&request)
    }

    fn show(&mut self, path: &str, answer: &Answer) -> Result<(), Unable> {
        let body = String::from_utf8_lossy(&answer.body);
        let is_page = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let document = if is_page {
            Document::read(&body).map_err(|why| format!("{path}: {why}"))?
        } else {
            Document::of_text(&body)
        };
        let done = Done::default();
        let tree = tree(&document, &done);
        self.page = Page { path: path.into(), status: answer.status, document, done, tree };
        Ok(())
    }
}

/// Place of the only name that is the one sought; else of the only one that has its words.
fn one_of(names: &[String], sought: &str, field: &str) -> Result<usize, Unable> {
    let places = |is_it: &dyn Fn(&String) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(place, _)| place).collect()
    };
    let called = places(&|name| *name == squeezed(sought));
    let found = if called.is_empty() { places(&|name| holds(name, sought)) } else { called };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("“{field}” has no “{sought}”; it has {}", names.join(", "))),
        _ => Err(format!("“{field}” has several “{sought}”: {}", names.join(", "))),
    }
}

/// The address to which a link on a page leads. Errors: it leads away from this server.
fn resolved(from: &str, origin: &str, goal: &str) -> Result<String, Unable> {
    let goal = goal.strip_prefix(origin).unwrap_or(goal);
    let path = from.split(['?', '#']).next().unwrap_or("/");
    match goal {
        "" => Ok(from.to_string()),
        goal if goal.starts_with("//")
            || goal.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) =>
        {
            Err(format!("{goal} leads away from here"))
        }
        goal if goal.starts_with('/') => Ok(goal.into()),
        goal if goal.starts_with('?') => Ok(format!("{path}{goal}")),
        goal => Ok(format!("{}{goal}", &path[..=path.rfind('/').unwrap_or(0)])),
    }
}
