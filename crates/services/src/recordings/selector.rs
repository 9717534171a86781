//! CSS selectors, as far as retroactive masking knows them: names, classes, ids and attributes, within
//! each other (` `, `>`), several by commas. Anything else is refused, for it would mask nothing.

use rapport_domain::AppError;
use rapport_domain::limits::{RECORDING_SELECTOR_CHARS, RECORDING_SELECTORS};

/// What a selector looks at.
pub(super) trait Element {
    fn name(&self) -> &str;
    fn attribute(&self, name: &str) -> Option<&str>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Name(String),
    Class(String),
    Has(String),
    Is(String, String),
    Begins(String, String),
    Ends(String, String),
    Contains(String, String),
}

/// One element of a selector, and whether the one before it has to be its parent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Step {
    tests: Vec<Test>,
    child: bool,
}

/// A list of selectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selectors(Vec<Vec<Step>>);

impl Selectors {
    pub(super) fn read(list: &[String]) -> Result<Self, AppError> {
        let bad = |text: &str| {
            AppError::invalid(
                "selectors",
                format!(
                    "“{text}” is no selector that masking knows: names, classes, ids and attributes are."
                ),
            )
        };
        if list.is_empty() || list.len() > RECORDING_SELECTORS {
            return Err(AppError::invalid("selectors", "Name between one and 100 selectors."));
        }
        let mut all = Vec::new();
        for text in list {
            if text.chars().count() > RECORDING_SELECTOR_CHARS {
                return Err(AppError::invalid(
                    "selectors",
                    "A selector has at most 200 characters.",
                ));
            }
            for one in text.split(',') {
                all.push(steps(one.trim()).ok_or_else(|| bad(text))?);
            }
        }
        Ok(Self(all))
    }

    /// Whether the last of `path`, the outermost first, is meant.
    pub(super) fn matches<E: Element>(&self, path: &[&E]) -> bool {
        self.0.iter().any(|steps| ends_with(steps, path))
    }
}

fn ends_with<E: Element>(steps: &[Step], path: &[&E]) -> bool {
    let (Some((step, before)), Some((element, above))) = (steps.split_last(), path.split_last())
    else {
        return steps.is_empty();
    };
    if !step.tests.iter().all(|test| holds(test, *element)) {
        return false;
    }
    if before.is_empty() {
        return true;
    }
    match step.child {
        true => ends_with(before, above),
        false => (0..=above.len()).rev().any(|n| ends_with(before, &above[..n])),
    }
}

fn holds(test: &Test, element: &impl Element) -> bool {
    let has = |name: &str, fits: &dyn Fn(&str) -> bool| element.attribute(name).is_some_and(fits);
    match test {
        Test::Name(name) => name == "*" || element.name().eq_ignore_ascii_case(name),
        Test::Class(class) => has("class", &|v| v.split_ascii_whitespace().any(|c| c == class)),
        Test::Has(name) => element.attribute(name).is_some(),
        Test::Is(name, value) => has(name, &|v| v == value),
        Test::Begins(name, value) => has(name, &|v| v.starts_with(value)),
        Test::Ends(name, value) => has(name, &|v| v.ends_with(value)),
        Test::Contains(name, value) => has(name, &|v| v.contains(value)),
    }
}

fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    let mut child = false;
    // Brackets may hold spaces; nothing else does.
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('>') {
            if child || steps.is_empty() {
                return None;
            }
            child = true;
            rest = after.trim_start();
            continue;
        }
        let (step, after) = compound(rest)?;
        steps.push(Step { child: std::mem::take(&mut child), ..step });
        rest = after.trim_start();
    }
    (!steps.is_empty() && !child).then_some(steps)
}

fn compound(text: &str) -> Option<(Step, &str)> {
    let mut step = Step::default();
    let mut rest = text;
    loop {
        let first = rest.chars().next();
        rest = match first {
            Some('.') => {
                let (class, after) = name(&rest[1..])?;
                step.tests.push(Test::Class(class));
                after
            }
            Some('#') => {
                let (id, after) = name(&rest[1..])?;
                step.tests.push(Test::Is("id".into(), id));
                after
            }
            Some('[') => {
                let (inner, after) = rest[1..].split_once(']')?;
                step.tests.push(attribute(inner)?);
                after
            }
            Some('*') if step.tests.is_empty() => {
                step.tests.push(Test::Name("*".into()));
                &rest[1..]
            }
            Some(c) if step.tests.is_empty() && c.is_ascii_alphabetic() => {
                let (tag, after) = name(rest)?;
                step.tests.push(Test::Name(tag));
                after
            }
            None | Some(' ' | '>') if !step.tests.is_empty() => return Some((step, rest)),
            _ => return None,
        };
    }
}

fn name(text: &str) -> Option<(String, &str)> {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_string(), &text[end..]))
}

fn attribute(inner: &str) -> Option<Test> {
    let Some((left, value)) = inner.split_once('=') else {
        let (name, rest) = name(inner.trim())?;
        return rest.is_empty().then_some(Test::Has(name));
    };
    let value = value.trim();
    let bare = |quote: char| value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote));
    let value = bare('"').or_else(|| bare('\'')).unwrap_or(value).to_string();
    let left = left.trim();
    let (kind, left) = match left.chars().next_back() {
        Some(sign @ ('^' | '$' | '*')) => (Some(sign), &left[..left.len() - 1]),
        _ => (None, left),
    };
    let (name, rest) = name(left.trim())?;
    if !rest.is_empty() || (value.is_empty() && kind.is_some()) {
        return None;
    }
    Some(match kind {
        Some('^') => Test::Begins(name, value),
        Some('$') => Test::Ends(name, value),
        Some(_) => Test::Contains(name, value),
        None => Test::Is(name, value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tag(&'static str, &'static [(&'static str, &'static str)]);

    impl Element for Tag {
        fn name(&self) -> &str {
            self.0
        }
        fn attribute(&self, name: &str) -> Option<&str> {
            self.1.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
        }
    }

    fn matches(selector: &str, path: &[&Tag]) -> bool {
        Selectors::read(&[selector.to_string()]).expect("a selector").matches(path)
    }

    #[test]
    fn selectors_find_what_they_mean() {
        let body = Tag("body", &[]);
        let card = Tag("div", &[("class", "card big"), ("id", "c1")]);
        let price = Tag("span", &[("class", "price"), ("data-amount", "12 €")]);
        let path = [&body, &card, &price];
        for hit in [
            "span",
            ".price",
            "*",
            "div .price",
            "body .price",
            ".card.big > span",
            "#c1 span.price",
            "[data-amount]",
            "[data-amount='12 €']",
            "[data-amount^=12]",
            "a, .price",
        ] {
            assert!(matches(hit, &path), "{hit}");
        }
        for miss in [
            "div",
            ".card",
            "body > span",
            ".price .price",
            "[data-amount=12]",
            "#c2 span",
            ".pric",
        ] {
            assert!(!matches(miss, &path), "{miss}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for bad in [
            "",
            "a:hover",
            "a + b",
            "a ~ b",
            "> a",
            "a >",
            "a::before",
            ".",
            "[",
            "[a=",
            "a[b|c]",
            "a b {",
            ",",
        ] {
            assert!(Selectors::read(&[bad.to_string()]).is_err(), "{bad}");
        }
        assert!(Selectors::read(&[]).is_err());
    }
}
