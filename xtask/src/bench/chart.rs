//! The result as a picture: for each target a bar of what the Worker adds, in shares of what the peer adds.

use super::results::{Line, Results};
use super::targets::Target;
use std::fmt::Write;

/// The cases that the chart shows, from top to bottom.
const SHOWN: [(&str, &str); 7] = [
    ("signed_in", "Signed-in request"),
    ("signed_in_untouched", "Signed-in, answer untouched"),
    ("public", "Public path"),
    ("sign_in_start", "Sign-in start"),
    ("callback", "Callback"),
    ("notification", "Logout notification"),
    ("cold_start", "Cold start"),
];

const WIDTH: u32 = 760;
const TOP: u32 = 70;
const ROW: u32 = 34;
/// Where bars begin, and how long one of the ratio 1 is at most, in pixels.
const LEFT: f64 = 210.0;
const LONGEST: f64 = 430.0;

/// Draws an SVG that is readable on light and on dark pages.
pub fn draw(results: &Results) -> String {
    let rows: Vec<_> = SHOWN
        .iter()
        .filter_map(|(name, label)| Some((*label, results.line(name)?)))
        .collect();
    let most = rows.iter().map(|(_, line)| line.ratio.high.max(1.0));
    let scale = LONGEST / most.fold(1.0, f64::max);
    let height = TOP + ROW * rows.len() as u32 + 30;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>What the Worker adds to a request, in shares of what a JavaScript Worker adds</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"20\" y=\"28\" font-size=\"16\" font-weight=\"bold\" fill=\"#0b0c0c\">CPU time added to a request, JavaScript peer = 1</text>\n\
         <text x=\"20\" y=\"48\" fill=\"#505a5f\">Shorter is better. The thin line is the spread, the mark the target.</text>\n"
    );
    let one = LEFT + scale;
    let bottom = TOP + ROW * rows.len() as u32;
    let _ = writeln!(
        out,
        "<line x1=\"{one:.1}\" y1=\"{TOP}\" x2=\"{one:.1}\" y2=\"{bottom}\" stroke=\"#505a5f\" stroke-dasharray=\"4 3\"/>\n\
         <text x=\"{one:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#505a5f\">peer</text>",
        bottom + 16
    );
    for (index, (label, line)) in rows.iter().enumerate() {
        bar(&mut out, TOP + ROW * index as u32, label, line, scale);
    }
    out.push_str("</svg>\n");
    out
}

fn bar(out: &mut String, top: u32, label: &str, line: &Line, scale: f64) {
    let ratio = line.ratio;
    let at = |value: f64| LEFT + value.max(0.0) * scale;
    let (middle, text) = (top + 12, top + 16);
    let _ = writeln!(
        out,
        "<text x=\"20\" y=\"{text}\" fill=\"#0b0c0c\">{label}</text>\n\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{:.1}\" height=\"24\" fill=\"{}\"/>\n\
         <line x1=\"{:.1}\" y1=\"{middle}\" x2=\"{:.1}\" y2=\"{middle}\" stroke=\"#0b0c0c\"/>",
        at(ratio.value) - LEFT,
        if line.is_met() { "#5694ca" } else { "#f499be" },
        at(ratio.low),
        at(ratio.high),
    );
    if let Target::AtMost(most) = line.target {
        let (x, bottom) = (at(most), top + 26);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#00703c\" stroke-width=\"3\"/>",
            top - 2
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\" fill=\"#0b0c0c\">{:.2}</text>",
        WIDTH - 20,
        ratio.value
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::results::tests::figures;

    #[test]
    fn when_a_chart_is_drawn_then_each_target_has_a_bar_that_fits() {
        let picture = draw(&Results::new(&figures()).unwrap());
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        assert_eq!(picture.matches("height=\"24\"").count(), SHOWN.len());
        let widths = picture.split("width=\"").skip(1);
        let widths = widths.filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
        assert!(widths.into_iter().all(|width| width <= f64::from(WIDTH)));
    }
}
