use crate::KernelError;

/// The most elements that a tensor may have: 2³¹ − 1, the same on 32-bit and 64-bit machines.
pub const MAX_ELEMENTS: usize = i32::MAX as usize;

/// Dimensions of [`linear`](crate::linear) and [`linear_i8`](crate::linear_i8), in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearShape {
    /// Rows of the input and of the output: the batch.
    pub rows: usize,
    /// Elements of an input row, and of a row of the weight.
    pub inputs: usize,
    /// Elements of an output row, and rows of the weight.
    pub outputs: usize,
}

/// Dimensions of [`conv2d`](crate::conv2d), in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dShape {
    /// Images.
    pub batch: usize,
    /// Channels of an input image.
    pub in_channels: usize,
    /// Rows of an input channel.
    pub height: usize,
    /// Columns of an input channel.
    pub width: usize,
    /// Channels of an output image.
    pub out_channels: usize,
    /// Rows of the window.
    pub kernel_height: usize,
    /// Columns of the window.
    pub kernel_width: usize,
    /// Rows and columns from one window to the next.
    pub stride: usize,
    /// Rows and columns of zeros on each of the four sides.
    pub padding: usize,
}

/// Dimensions of [`max_pool2d`](crate::max_pool2d), in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2dShape {
    /// Images.
    pub batch: usize,
    /// Channels of an image.
    pub channels: usize,
    /// Rows of an input channel.
    pub height: usize,
    /// Columns of an input channel.
    pub width: usize,
    /// Rows and columns of the window.
    pub kernel: usize,
    /// Rows and columns from one window to the next.
    pub stride: usize,
}

impl Conv2dShape {
    /// Rows and columns of an output channel: `⌊(size + 2 · padding − kernel) / stride⌋ + 1` of each.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension), [`TooLarge`](KernelError::TooLarge), and
    /// [`WindowExceedsInput`](KernelError::WindowExceedsInput).
    pub fn output_size(&self) -> Result<(usize, usize), KernelError> {
        let padded = |size: usize| {
            let padding = self.padding.checked_mul(2).ok_or(KernelError::TooLarge)?;
            let padded = size.checked_add(padding).ok_or(KernelError::TooLarge)?;
            element_count(&[padded])
        };
        let height = windows(padded(self.height)?, self.kernel_height, self.stride)?;
        let width = windows(padded(self.width)?, self.kernel_width, self.stride)?;
        Ok((height, width))
    }
}

impl Pool2dShape {
    /// Rows and columns of an output channel: `⌊(size − kernel) / stride⌋ + 1` of each.
    ///
    /// # Errors
    /// [`ZeroDimension`](KernelError::ZeroDimension) and [`WindowExceedsInput`](KernelError::WindowExceedsInput).
    pub fn output_size(&self) -> Result<(usize, usize), KernelError> {
        let height = windows(self.height, self.kernel, self.stride)?;
        let width = windows(self.width, self.kernel, self.stride)?;
        Ok((height, width))
    }
}

/// How many windows of `kernel` elements fit in `size`, one at each `stride`.
fn windows(size: usize, kernel: usize, stride: usize) -> Result<usize, KernelError> {
    if size == 0 || kernel == 0 || stride == 0 {
        return Err(KernelError::ZeroDimension);
    }
    let slack = size.checked_sub(kernel).ok_or(KernelError::WindowExceedsInput)?;
    Ok(slack / stride + 1)
}

/// The product of `dimensions`, each of them at least 1 and the product at most [`MAX_ELEMENTS`].
pub(crate) fn element_count(dimensions: &[usize]) -> Result<usize, KernelError> {
    if dimensions.contains(&0) {
        return Err(KernelError::ZeroDimension);
    }
    dimensions
        .iter()
        .try_fold(1usize, |product, &dimension| product.checked_mul(dimension))
        .filter(|&product| product <= MAX_ELEMENTS)
        .ok_or(KernelError::TooLarge)
}

/// Refuses an `operand` that has not the `expected` number of elements.
pub(crate) fn check_len(operand: &'static str, actual: usize, expected: usize) -> Result<(), KernelError> {
    if actual == expected {
        Ok(())
    } else {
        Err(KernelError::ShapeMismatch { operand, expected, actual })
    }
}

/// Refuses an `operand` of `len` elements that is not whole rows of `columns`; returns the rows.
pub(crate) fn check_rows(operand: &'static str, len: usize, columns: usize) -> Result<usize, KernelError> {
    let count = element_count(&[len])?;
    element_count(&[columns])?;
    check_len(operand, count, count.next_multiple_of(columns))?;
    Ok(count / columns)
}

/// Refuses a bias that has not one element for each of `outputs`.
pub(crate) fn check_bias(bias: Option<&[f32]>, outputs: usize) -> Result<(), KernelError> {
    bias.map_or(Ok(()), |bias| check_len("bias", bias.len(), outputs))
}
