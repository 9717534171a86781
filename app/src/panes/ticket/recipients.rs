//! Who an answer goes to: folded up, because the suggestion is nearly always right.

use super::live::Live;
use leptos::html::Input;
use leptos::prelude::*;
use rapport_domain::limits;
use rapport_domain::message::Answers;

/// Characters of a line: as many addresses as a message may have.
const LINE_CHARS: usize = limits::RECIPIENTS_MAX * 80;

/// The three lines, which go back to the suggestion once a message is sent.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    to: NodeRef<Input>,
    cc: NodeRef<Input>,
    bcc: NodeRef<Input>,
}

impl Lines {
    pub fn new() -> Self {
        Self { to: NodeRef::new(), cc: NodeRef::new(), bcc: NodeRef::new() }
    }

    /// The next message starts from the suggestion: nobody stays in copy by accident.
    pub fn reset(self) {
        for line in [self.to, self.cc, self.bcc] {
            if let Some(input) = line.get_untracked() {
                input.set_value(&input.default_value());
            }
        }
    }
}

#[component]
pub(super) fn RecipientLines(live: Live, lines: Lines) -> impl IntoView {
    // Somebody joins or another mailbox answers: the lines follow, and nothing else moves them.
    let answers = Memo::new(move |_| live.details.with(|d| d.answers.clone()));
    move || {
        answers.with(|a| a.from.is_some()).then(|| view! { <Folded answers=answers.get() lines /> })
    }
}

#[component]
fn Folded(answers: Answers, lines: Lines) -> impl IntoView {
    let (to, cc) = (answers.recipients.to.join(", "), answers.recipients.cc.join(", "));
    let nobody = to.is_empty();
    let summary = match (nobody, cc.is_empty()) {
        (true, _) => "To: nobody yet".to_string(),
        (false, true) => format!("To: {to}"),
        (false, false) => format!("To: {to} · Cc: {cc}"),
    };
    let line = |name: &'static str, label: &'static str, value: String, node: NodeRef<Input>| {
        view! {
            <label>
                <span>{label}</span>
                <input name=name type="text" value=value maxlength=LINE_CHARS autocomplete="off" spellcheck="false" node_ref=node />
            </label>
        }
    };
    view! {
        // An emptied line arrives like none at all; this says that the lines were there.
        <input type="hidden" name="addressed" value="1" />
        <details class="recipients for-reply" open=nobody>
            <summary><span class="clip" title=summary.clone()>{summary.clone()}</span></summary>
            {line("to", "To", to, lines.to)}
            {line("cc", "Cc", cc, lines.cc)}
            {line("bcc", "Bcc", String::new(), lines.bcc)}
        </details>
    }
}
