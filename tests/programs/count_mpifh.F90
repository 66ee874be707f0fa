! SPDX-License-Identifier: MIT
! Each collective counted once, through include 'mpif.h'.
program count_mpifh
  implicit none
  include 'mpif.h'
  integer :: request
#include "count_vars.inc"
#include "count_calls.inc"
end program
