//! What the Wasm build adds: an allocator, and the one function that it exports.

use crate::{kernel_cases, Split};
use alloc::string::String;
use core::{num::NonZeroUsize, panic::PanicInfo};
use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Computes all kernel cases, `rows` rows at a time (0: all at once), and returns where their lines lie: the address in
/// the upper 32 bits, the bytes in the lower.
#[expect(unsafe_code, reason = "an exported name is declared so; the module has no other function of this name")]
#[no_mangle]
pub extern "C" fn kernel_lines(rows: u32) -> u64 {
    let rows = NonZeroUsize::new(rows as usize).unwrap_or(NonZeroUsize::MAX);
    let split = Split { rows, ..Split::WHOLE };
    let mut text = String::new();
    for case in kernel_cases() {
        text.push_str(&case.line(split));
        text.push('\n');
    }
    let lines = text.into_bytes().leak();
    (lines.as_ptr() as u64) << 32 | lines.len() as u64
}
