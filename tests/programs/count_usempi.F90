! SPDX-License-Identifier: MIT
! Each collective counted once, through `use mpi`.
program count_usempi
  use mpi
  implicit none
  integer :: request
#include "count_vars.inc"
#include "count_calls.inc"
end program
