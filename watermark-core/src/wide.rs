//! The one door to wider vectors than every processor of a target has.
//!
//! Kernels are plain loops over slices, written once. What goes through here is compiled a second time with AVX2 on x86-64 and runs so where the processor has it; elsewhere it is
//! the same code as outside. Both give the same bits: a wider vector has more lanes, what is done in one of them stays, and multiplications are fused with additions only where the source says so, which it
//! does nowhere.

/// A loop worth wide vectors.
pub(crate) trait Kernel {
    type Output;

    /// To be `#[inline(always)]`, like all functions that it calls: what is not inlined into [`wide`] is compiled for any processor. `collect`, `fold` and large closures are
    /// inlined at the compiler's pleasure, so hot work stands in loops of its own.
    fn run(self) -> Self::Output;
}

/// Runs a kernel with AVX2 where there is one.
pub(crate) fn wide<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(Widened(kernel))
}

struct Widened<K>(K);

impl<K: Kernel> pulp::WithSimd for Widened<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> K::Output {
        self.0.run()
    }
}
