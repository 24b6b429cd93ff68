/// From here on the rational is 1, give or take a rounding.
const LIMIT: f32 = f32::from_bits(0x4075_47cb);

/// erf x = x · a(x²) / b(x²), highest powers first (the coefficients of Eigen's `erf`).
const NUMERATOR: [f32; 5] = [
    f32::from_bits(0x3970_2d51),
    f32::from_bits(0x3b5f_5da2),
    f32::from_bits(0x3d50_b6eb),
    f32::from_bits(0x3e3d_a740),
    f32::from_bits(0x3f90_6eba),
];
const DENOMINATOR: [f32; 7] = [
    f32::from_bits(0xb3fd_3906),
    f32::from_bits(0x37c5_88df),
    f32::from_bits(0x3a85_6d28),
    f32::from_bits(0x3c66_87d4),
    f32::from_bits(0x3de3_4c21),
    f32::from_bits(0x3efe_b44a),
    1.0,
];

/// erf x, within 6 units in the last place, for any finite x.
#[inline(always)]
pub(crate) fn erf_of(x: f32) -> f32 {
    let x = if x > LIMIT { LIMIT } else { x };
    let x = if x < -LIMIT { -LIMIT } else { x };
    let square = x * x;
    let [first, rest @ ..] = NUMERATOR;
    let numerator = rest.iter().fold(first, |p, &coefficient| p * square + coefficient);
    let [first, rest @ ..] = DENOMINATOR;
    let denominator = rest.iter().fold(first, |p, &coefficient| p * square + coefficient);
    let result = x * numerator / denominator;
    let result = if result > 1.0 { 1.0 } else { result };
    if result < -1.0 {
        -1.0
    } else {
        result
    }
}
