use core::fmt;

/// Why an operation gave no result. What it wrote to its output until then is unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KernelError {
    /// A slice has another length than its shape asks for.
    ShapeMismatch {
        /// The parameter that holds the slice.
        operand: &'static str,
        /// The elements that the shape asks for.
        expected: usize,
        /// The elements that the slice has.
        actual: usize,
    },
    /// A dimension, a window or a stride is zero.
    ZeroDimension,
    /// A window is larger than the input it slides over, padding included.
    WindowExceedsInput,
    /// A shape has more elements than the limit of the operation.
    TooLarge,
    /// An operand or a result is a NaN or an infinity.
    NotFinite,
    /// An int8 weight is −128, where the range is −127 to 127.
    WeightOutOfRange,
    /// A range of outputs does not begin and end at panels of 16, or is empty, or exceeds the outputs.
    RangeNotInPanels {
        /// The outputs there are.
        outputs: usize,
    },
    /// A parameter is outside of what the operation is defined for.
    ParameterOutOfRange {
        /// The parameter.
        parameter: &'static str,
        /// The values it may have.
        range: &'static str,
    },
    /// An index points beyond the rows of a table.
    IndexOutOfRange {
        /// The index.
        index: usize,
        /// The rows that the table has.
        rows: usize,
    },
    /// A mask selects no row, so that there is nothing to take a mean of.
    NothingSelected,
    /// The thread flushes subnormals to zero or rounds otherwise than to nearest even.
    InexactEnvironment,
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShapeMismatch { operand, expected, actual } => {
                write!(f, "`{operand}` has {actual} elements where the shape asks for {expected}")
            }
            Self::ZeroDimension => f.write_str("a dimension of the shape is zero"),
            Self::WindowExceedsInput => f.write_str("the window is larger than the padded input"),
            Self::TooLarge => f.write_str("the shape exceeds the limit of the operation"),
            Self::NotFinite => f.write_str("an operand or a result is not finite"),
            Self::WeightOutOfRange => f.write_str("an int8 weight is -128"),
            Self::RangeNotInPanels { outputs } => {
                write!(f, "a range of outputs must lie in 0 to {outputs} and begin and end at a multiple of 16, or at {outputs}")
            }
            Self::ParameterOutOfRange { parameter, range } => write!(f, "`{parameter}` must be {range}"),
            Self::IndexOutOfRange { index, rows } => {
                write!(f, "the index {index} is beyond the {rows} rows of the table")
            }
            Self::NothingSelected => f.write_str("the mask selects no row; select at least one"),
            Self::InexactEnvironment => f.write_str("the floating-point mode of the thread is not IEEE 754's default"),
        }
    }
}

impl core::error::Error for KernelError {}
