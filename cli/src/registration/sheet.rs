//! The text of a plan as it grows.

use shell::terminal::wrap;

/// The lines of a plan.
pub struct Plan(pub String);

impl Plan {
    /// A paragraph.
    pub fn line(&mut self, text: &str) {
        self.0.push_str(&wrap(text, 0));
        self.0.push('\n');
    }

    /// A heading with an empty line around it.
    pub fn heading(&mut self, text: &str) {
        self.0.push('\n');
        self.line(text);
        self.0.push('\n');
    }

    /// A field with its values, which stand on lines of their own to be copied.
    pub fn field(&mut self, label: &str, field: &str, values: &[&str]) {
        self.typed(&format!("{label} ({field})"), values);
    }

    /// The beginning of another part of the same list.
    pub fn part(&mut self, title: &str) {
        self.0.push('\n');
        self.line(title);
    }

    /// A label with its values.
    pub fn typed(&mut self, label: &str, values: &[&str]) {
        self.line(&format!("  {label}"));
        for value in values {
            self.0.push_str(&format!("      {value}\n"));
        }
    }

    /// A command on a line of its own, to be copied.
    pub fn command(&mut self, line: &str) {
        self.0.push_str(&format!("     {line}\n"));
    }

    /// A numbered step.
    pub fn step(&mut self, number: usize, text: &str) {
        self.0.push_str(&wrap(&format!("  {number}. {text}"), 5));
        self.0.push('\n');
    }
}
