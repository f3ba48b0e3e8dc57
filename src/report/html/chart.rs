//! The bars: a week each, what landed above the line, what was refused below.

use maud::{Markup, html};

use crate::report::model::Week;

/// Units of the drawing for one week, and for its bar.
const STEP: usize = 10;
const BAR: usize = 7;
/// Weeks that there is room for at least: a bar is never a block.
const FEWEST: usize = 26;
/// Units above and below the line, together.
const HEIGHT: f64 = 100.0;

/// Draws them. The words beside the drawing are no part of it, so that they keep their size
/// on a phone.
pub(super) fn chart(weeks: &[Week]) -> Markup {
    let above = weeks.iter().map(|week| week.landed).max().unwrap_or(0);
    let below = weeks.iter().map(|week| week.refused).max().unwrap_or(0);
    let unit = HEIGHT / (above + below).max(1) as f64;
    let line = above as f64 * unit;
    let width = weeks.len().max(FEWEST) * STEP;
    html! {
        figure {
            figcaption {
                "Changes that " span.key.landed { "landed" } ", emergencies among them "
                span.key.emergency { "marked" } ", and below the line pushes that were "
                span.key.refused { "refused" } ". The most in one week: " (above) " landed, " (below)
                " refused."
            }
            svg viewBox={ "0 0 " (width) " 100" } preserveAspectRatio="none" role="img"
                aria-labelledby="chart-title chart-desc" {
                title id="chart-title" { "Changes landed and pushes refused, week by week" }
                desc id="chart-desc" {
                    "One bar for each of " (crate::text::count(weeks.len(), "week"))
                    ". The numbers stand in the table below."
                }
                "\n"
                @for (place, week) in weeks.iter().enumerate() {
                    (bar(place * STEP + (STEP - BAR) / 2, week, line, unit))
                }
                line.axis x1="0" x2=(width) y1=(units(line)) y2=(units(line)) {}
            }
            (scale(weeks))
        }
    }
}

fn bar(x: usize, week: &Week, line: f64, unit: f64) -> Markup {
    let (landed, emergencies, refused) =
        (week.landed as f64 * unit, week.emergencies as f64 * unit, week.refused as f64 * unit);
    html! {
        g {
            title {
                (week.days) ": " (week.landed) " landed, " (week.emergencies) " of them emergencies, "
                (week.refused) " refused"
            }
            @if week.landed > 0 { (block("landed", x, line - landed, landed)) }
            @if week.emergencies > 0 { (block("emergency", x, line - emergencies, emergencies)) }
            @if week.refused > 0 { (block("refused", x, line, refused)) }
        }
        "\n"
    }
}

fn block(class: &str, x: usize, y: f64, height: f64) -> Markup {
    html! { rect class=(class) x=(x) y=(units(y)) width=(BAR) height=(units(height)) {} }
}

fn units(number: f64) -> String {
    format!("{number:.2}")
}

/// A few days below the line, so that a bar can be found.
fn scale(weeks: &[Week]) -> Markup {
    const MOST: usize = 5;
    let room = weeks.len().max(FEWEST);
    let step = room.div_ceil(MOST);
    html! {
        div.scale aria-hidden="true" {
            @for (place, week) in weeks.iter().enumerate().step_by(step) {
                span style={ "left:" (units(100.0 * place as f64 / room as f64)) "%" } {
                    (week.days.from())
                }
            }
        }
    }
}
