// SPDX-License-Identifier: MIT
//! Barrier and Allreduce through FFI; inside the Allreduce rank 1 needs 64 MiB more.
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::{addr_of_mut, null_mut};
use std::sync::atomic::{AtomicI32, Ordering};

#[cfg(mpich)]
mod mpi {
    use std::os::raw::c_int;
    pub type Handle = c_int;
    pub fn world() -> Handle {
        0x44000000
    }
    pub fn double() -> Handle {
        0x4c00080b
    }
}

#[cfg(not(mpich))]
#[allow(unused_unsafe)]
mod mpi {
    use std::os::raw::c_void;
    pub type Handle = *mut c_void;
    extern "C" {
        static mut ompi_mpi_comm_world: u8;
        static mut ompi_mpi_double: u8;
    }
    pub fn world() -> Handle {
        unsafe { std::ptr::addr_of_mut!(ompi_mpi_comm_world).cast() }
    }
    pub fn double() -> Handle {
        unsafe { std::ptr::addr_of_mut!(ompi_mpi_double).cast() }
    }
}

type UserFunction = extern "C" fn(*mut c_void, *mut c_void, *mut c_int, *mut mpi::Handle);

extern "C" {
    fn MPI_Init(argc: *mut c_int, argv: *mut *mut *mut c_char) -> c_int;
    fn MPI_Finalize() -> c_int;
    fn MPI_Comm_rank(comm: mpi::Handle, rank: *mut c_int) -> c_int;
    fn MPI_Comm_size(comm: mpi::Handle, size: *mut c_int) -> c_int;
    fn MPI_Barrier(comm: mpi::Handle) -> c_int;
    fn MPI_Op_create(function: UserFunction, commute: c_int, op: *mut mpi::Handle) -> c_int;
    fn MPI_Op_free(op: *mut mpi::Handle) -> c_int;
    fn MPI_Allreduce(send: *const c_void, receive: *mut c_void, count: c_int, datatype: mpi::Handle, op: mpi::Handle,
                     comm: mpi::Handle) -> c_int;
}

static RANK: AtomicI32 = AtomicI32::new(-1);

extern "C" fn add(from: *mut c_void, to: *mut c_void, count: *mut c_int, _datatype: *mut mpi::Handle) {
    if RANK.load(Ordering::Relaxed) == 1 {
        std::hint::black_box(vec![1u8; 64 << 20]);
    }
    for i in 0..unsafe { *count } as usize {
        unsafe { *to.cast::<f64>().add(i) += *from.cast::<f64>().add(i) };
    }
}

mod sum {
    use super::*;

    #[inline(never)]
    pub fn over_ranks(value: f64) -> f64 {
        let (mut sum, mut op) = (0f64, unsafe { std::mem::zeroed::<mpi::Handle>() });
        unsafe {
            MPI_Op_create(add, 1, addr_of_mut!(op));
            MPI_Allreduce((&value as *const f64).cast(), addr_of_mut!(sum).cast(), 1, mpi::double(), op, mpi::world());
            MPI_Op_free(addr_of_mut!(op));
        }
        sum
    }
}

fn main() {
    let (mut rank, mut size) = (0, 0);
    unsafe {
        MPI_Init(null_mut(), null_mut());
        MPI_Comm_rank(mpi::world(), &mut rank);
        MPI_Comm_size(mpi::world(), &mut size);
        MPI_Barrier(mpi::world());
    }
    RANK.store(rank, Ordering::Relaxed);
    let sum = sum::over_ranks(f64::from(rank));
    unsafe { MPI_Finalize() };
    if sum != f64::from(size * (size - 1) / 2) {
        eprintln!("rank {rank}: the sum is {sum}");
        std::process::exit(1);
    }
}
