//! Failures that no error of the engine tells, for its process and for whoever asks it.

use std::any::Any;

/// The engine panicked; the process in which it did goes on.
#[derive(Debug, thiserror::Error)]
#[error("the engine panicked ({0}); report it with the package's root and the lines above")]
pub struct EnginePanicked(String);

impl EnginePanicked {
    /// The failure with the message of `panic`, which [`catch_unwind`](std::panic::catch_unwind) caught.
    pub fn new(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&'static str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self(text.unwrap_or("no message").into())
    }
}

/// An output that no answer can carry; the version's limits keep honest packages below it.
#[derive(Debug, thiserror::Error)]
#[error("the package's output is longer than an answer may be; report it to the model's owner")]
pub struct OutputTooLong;

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn a_panic_is_told_with_its_message_if_it_has_one() {
        let panicked = |panic: fn()| EnginePanicked::new(&*catch_unwind(panic).expect_err("it panics")).to_string();
        assert!(panicked(|| panic!("row missing")).contains("(row missing)"));
        assert!(panicked(|| panic!("row {} missing", 7)).contains("(row 7 missing)"));
        assert!(panicked(|| std::panic::panic_any(7)).contains("(no message)"));
    }
}
