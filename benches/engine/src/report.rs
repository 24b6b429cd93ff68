//! Figures beside their targets.

/// What was printed, as far as the end needs it.
#[derive(Default)]
pub struct Report {
    missed: Vec<String>,
    left_out: Vec<String>,
}

/// What a ratio must be.
#[derive(Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    /// Prints a heading.
    pub fn section(&self, text: &str) {
        println!("\n{text}");
    }

    /// Prints a figure that has no target.
    pub fn note(&self, name: &str, text: &str) {
        println!("  {name:<34} {text}");
    }

    /// Prints a ratio beside its target; `detail` says what it is made of.
    pub fn ratio(&mut self, name: &str, ratio: f64, target: Target, detail: &str) {
        let (is_met, sign, bound) = match target {
            Target::AtLeast(bound) => (ratio >= bound, "≥", bound),
            Target::AtMost(bound) => (ratio <= bound, "≤", bound),
        };
        let verdict = if is_met { "" } else { "  MISSED" };
        println!("  {name:<34} {ratio:6.2}  target {sign} {bound:<4}  {detail}{verdict}");
        if !is_met {
            self.missed.push(format!("{name}: {ratio:.2}, target {sign} {bound}"));
        }
    }

    /// Says what was not measured, and why.
    pub fn leave_out(&mut self, what: &str, why: &str) {
        println!("  {what}: left out: {why}");
        self.left_out.push(format!("{what}: {why}"));
    }

    /// Prints what was missed and left out; whether nothing was missed.
    pub fn end(self) -> bool {
        for (name, lines) in [("missed", &self.missed), ("left out", &self.left_out)] {
            println!("\n{name}: {}", if lines.is_empty() { "nothing" } else { "" });
            lines.iter().for_each(|line| println!("  {line}"));
        }
        self.missed.is_empty()
    }
}
