//! The figures on the desk: a table whose last column is a chart. The bars say nothing that the numbers do not.

use maud::{Markup, html};

use crate::provider::numbers::{Figures, Numbers};

/// The part of the desk with the figures.
pub fn figures(numbers: &Numbers) -> Markup {
    let strays = numbers.strays();
    html! {
        @for (title, of_identities) in [("Sign-ins", false), ("Identities", true)] {
            @let figures = numbers.figures(of_identities);
            @if figures.started > 0 || !of_identities { (chart(title, &figures)) }
        }
        @if !strays.is_empty() {
            table.chart {
                caption { "Of no sign-in that is known" }
                thead { tr { th scope="col" { "Event" } th scope="col" { "Number" } } }
                tbody {
                    @for (name, number) in &strays { tr { th scope="row" { (name) } td { (number) } } }
                }
            }
        }
    }
}

fn chart(title: &str, figures: &Figures) -> Markup {
    let drop_outs = figures
        .drop_outs
        .iter()
        .map(|(name, number)| (name.as_str(), *number));
    let rows = [
        ("Started", figures.started),
        ("Completed", figures.completed),
    ]
    .into_iter();
    let rows = rows
        .chain(drop_outs)
        .chain([("Did not come back", figures.away)]);
    html! {
        table.chart {
            caption { (title) }
            thead { tr { th scope="col" { "Step" } th scope="col" { "Number" } th scope="col" { "Of those started" } } }
            tbody {
                @for (name, number) in rows {
                    tr {
                        th scope="row" { (name) }
                        td { (number) }
                        td { (share(number, figures.started)) }
                    }
                }
            }
        }
        @for (name, seconds) in &figures.medians {
            p { "Median time of " (name) ": " (seconds) (if *seconds == 1 { " second" } else { " seconds" }) }
        }
    }
}

/// A share in words and as a bar. A person who began before the desk was opened may make it more than the whole.
fn share(number: u64, started: u64) -> Markup {
    let Some(tenths) = (1_000 * number).checked_div(started) else {
        return html! { "–" };
    };
    html! {
        (tenths / 10) "." (tenths % 10) " %"
        div.bar aria-hidden="true" style={ "width:" (tenths.min(1_000) / 10) "%" } {}
    }
}
