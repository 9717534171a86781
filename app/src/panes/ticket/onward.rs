//! After an answer: on to the next ticket, and back should it be taken back.

use super::api::{open_ticket, undo_send};
use super::commands;
use super::draft;
use super::state::TicketState;
use crate::Failure;
use crate::panes::onward::Onward;
use crate::ui::toast::use_toasts;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use rapport_domain::message::Effect;
use rapport_domain::{AppError, UserId};

/// The way on from the ticket's composer: called when an answer was stored, with what happened to
/// the ticket by it.
pub(super) fn on_answered(state: TicketState, onward: Onward) -> impl Fn(&[Effect]) {
    let (toasts, navigate) = (use_toasts(), use_navigate());
    move |effects: &[Effect]| {
        let left = commands::leaves(state, effects);
        let (customer, number, me) = (state.customer, state.number, state.me);
        if !onward.done(customer, number, left) {
            return;
        }
        // The message with its own button is out of sight.
        let navigate = navigate.clone();
        toasts.undoable(format!("Answered #{number}"), move || {
            // The ticket's own parts are gone by now: this holds none of them.
            let navigate = navigate.clone();
            spawn_local(async move {
                match take_back(number, me).await {
                    Ok(()) => {
                        let href = format!("/customers/{customer}/tickets/{number}");
                        navigate(&href, Default::default());
                    }
                    Err(error) => toasts.fail(error.to_string()),
                }
            });
        });
    }
}

/// Takes back the newest answer of the reader's; its text is the draft again.
async fn take_back(number: i64, me: Option<UserId>) -> Result<(), Failure> {
    let details = open_ticket(number, None).await?;
    let mut messages = details.thread.messages.iter().rev();
    let mine = messages.find(|m| {
        m.author_id == me && m.delivery.as_ref().is_some_and(|d| d.undo_until().is_some())
    });
    let Some(mine) = mine else {
        return Err(Failure(AppError::Conflict("It has already been sent.".into())));
    };
    let returned = undo_send(mine.id).await?;
    draft::put_back(me, number, &returned);
    Ok(())
}
