//! Who an answer goes to: folded up, because the suggestion is nearly always right; and who of
//! those in the customer's mails does not get it.

use super::state::TicketState;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rapport_domain::limits;
use rapport_domain::message::{NotAdded, Recipients};

/// Characters of a line: as many addresses as a message may have.
const LINE_CHARS: usize = limits::RECIPIENTS_MAX * 80;

/// One line: its field, and what stands in it.
#[derive(Clone, Copy)]
struct Line {
    node: NodeRef<Input>,
    text: RwSignal<String>,
}

impl Line {
    fn set(self, text: String) {
        if let Some(input) = self.node.get_untracked() {
            input.set_value(&text);
        }
        self.text.set(text);
    }

    fn has(self, email: &str) -> bool {
        let is = |part: &str| part.trim().eq_ignore_ascii_case(email);
        self.text.with(|text| text.split([',', ';']).any(is))
    }
}

/// The three lines, which go back to the suggestion once a message is sent.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    to: Line,
    cc: Line,
    bcc: Line,
    /// Grows with everybody who is added by a click.
    pub added: RwSignal<u32>,
}

impl Lines {
    pub fn new(state: TicketState) -> Self {
        let line = |text: String| Line { node: NodeRef::new(), text: RwSignal::new(text) };
        let Recipients { to, cc, bcc } =
            state.details.with_untracked(|d| d.answers.recipients.clone());
        Self {
            to: line(to.join(", ")),
            cc: line(cc.join(", ")),
            bcc: line(bcc.join(", ")),
            added: RwSignal::new(0),
        }
    }

    /// The next message starts from the suggestion: nobody stays in copy by accident.
    pub fn reset(self) {
        for line in [self.to, self.cc, self.bcc] {
            if let Some(input) = line.node.get_untracked() {
                line.set(input.default_value());
            }
        }
    }

    /// To, Cc and Bcc as they are written.
    pub fn written(self) -> [String; 3] {
        [self.to, self.cc, self.bcc].map(|line| line.text.get_untracked())
    }

    pub fn restore(self, written: [&str; 3]) {
        for (line, text) in [self.to, self.cc, self.bcc].into_iter().zip(written) {
            line.set(text.into());
        }
    }

    fn have(self, email: &str) -> bool {
        [self.to, self.cc, self.bcc].iter().any(|line| line.has(email))
    }

    fn add(self, email: &str) {
        let before = self.cc.text.get_untracked();
        let before = before.trim().trim_end_matches([',', ';']);
        let comma = if before.is_empty() { "" } else { ", " };
        self.cc.set(format!("{before}{comma}{email}"));
        self.added.update(|n| *n = n.wrapping_add(1));
    }
}

#[component]
pub(super) fn RecipientLines(state: TicketState, lines: Lines) -> impl IntoView {
    // Somebody joins or another mailbox answers: the lines follow, and nothing else moves them.
    let suggested = Memo::new(move |_| {
        state.details.with(|d| d.answers.from.is_some().then(|| d.answers.recipients.clone()))
    });
    let query = use_query_map();
    move || {
        let asked = query.with_untracked(|q| q.get("cc"));
        suggested.get().map(|suggested| {
            view! {
                <Folded suggested=with_asked(state, suggested, asked) lines />
                <LeftOut state lines />
            }
        })
    }
}

/// Without scripts `Add` is a link to the same page: one of those who are left out, never just
/// anybody whom an address names.
fn with_asked(state: TicketState, mut suggested: Recipients, asked: Option<String>) -> Recipients {
    let known = |email: &String| {
        state.details.with_untracked(|d| d.answers.left_out.iter().any(|l| l.email == *email))
    };
    suggested.cc.extend(asked.filter(known));
    suggested
}

#[component]
fn Folded(suggested: Recipients, lines: Lines) -> impl IntoView {
    let (to, cc) = (suggested.to.join(", "), suggested.cc.join(", "));
    let nobody = to.is_empty();
    lines.to.text.set(to.clone());
    lines.cc.text.set(cc.clone());
    lines.bcc.text.set(String::new());
    let summary = move || {
        let named = |label: &str, line: Line| {
            line.text.with(|t| (!t.trim().is_empty()).then(|| format!("{label}: {t}")))
        };
        let to = named("To", lines.to).unwrap_or_else(|| "To: nobody yet".into());
        let others = [named("Cc", lines.cc), named("Bcc", lines.bcc)];
        [Some(to)].into_iter().chain(others).flatten().collect::<Vec<_>>().join(" · ")
    };
    let row = |name: &'static str, label: &'static str, value: String, line: Line| {
        view! {
            <label>
                <span>{label}</span>
                <input
                    name=name
                    type="text"
                    value=value
                    maxlength=LINE_CHARS
                    autocomplete="off"
                    spellcheck="false"
                    node_ref=line.node
                    on:input=move |ev| line.text.set(event_target_value(&ev))
                />
            </label>
        }
    };
    view! {
        // An emptied line arrives like none at all; this says that the lines were there.
        <input type="hidden" name="addressed" value="1" />
        <details class="recipients for-reply" open=nobody>
            <summary>
                <span class="clip folded" title=summary>{summary}</span>
                <span class="unfolded">"Recipients"</span>
            </summary>
            {row("to", "To", to, lines.to)}
            {row("cc", "Cc", cc, lines.cc)}
            {row("bcc", "Bcc", String::new(), lines.bcc)}
        </details>
    }
}

/// People of the conversation who do not get this answer, each a click away from getting it.
#[component]
fn LeftOut(state: TicketState, lines: Lines) -> impl IntoView {
    let all = Memo::new(move |_| {
        state.details.with(|d| {
            let answers = &d.answers;
            let taken_out = answers.recipients.to.iter().chain(&answers.recipients.cc);
            let left_out = answers.left_out.iter().map(|l| (l.email.clone(), Some(l.why)));
            left_out.chain(taken_out.map(|e| (e.clone(), None))).collect::<Vec<_>>()
        })
    });
    let item = move |(email, why): (String, Option<NotAdded>)| {
        let reason = match why {
            Some(why) => format!("Cc: {email}, not added, {}", why.label()),
            None => format!("{email}, taken out"),
        };
        let (href, label) =
            (format!("?cc={}", email.replace('+', "%2B")), format!("Add {email} in copy"));
        let add = move |ev: leptos::ev::MouseEvent| {
            ev.prevent_default();
            lines.add(&email);
        };
        view! { <li><span class="clip" title=reason.clone()>{reason.clone()}</span> " · " <a href=href aria-label=label on:click=add>"Add"</a></li> }
    };
    move || {
        let missing: Vec<_> = all.get().into_iter().filter(|(e, _)| !lines.have(e)).collect();
        (!missing.is_empty()).then(|| {
            view! {
                <ul class="left-out for-reply" aria-label="Not among the recipients">
                    {missing.into_iter().map(item).collect_view()}
                </ul>
            }
        })
    }
}
