! SPDX-License-Identifier: MIT
! Each collective counted once, through `use mpi_f08`.
program count_f08
  use mpi_f08
  implicit none
  type(MPI_Request) :: request
#include "count_vars.inc"
#include "count_calls.inc"
end program
