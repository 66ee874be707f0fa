// SPDX-License-Identifier: MIT
use std::env::var;

fn main() {
    if let Ok(dir) = var("MPI_LIB_DIR") {
        println!("cargo:rustc-link-search=native={dir}");
    }
    println!("cargo:rustc-link-lib=dylib={}", var("MPI_LIB_NAME").unwrap_or("mpi".into()));
    println!("cargo:rerun-if-env-changed=MPI_LIB_DIR");
    println!("cargo:rerun-if-env-changed=MPI_LIB_NAME");
}
