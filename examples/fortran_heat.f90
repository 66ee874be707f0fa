! SPDX-License-Identifier: MIT
!
! fortran_heat: heat spreading on a square plate, in Fortran with the mpi_f08 module.
!
! The plate has N x N points inside and a cold border (temperature 0). Each rank holds some of the columns, and one
! more on either side (the halo) for those of its neighbours, exchanged in every step with MPI_Sendrecv. Now and then
! the ranks agree with MPI_Allreduce on how fast the plate still changes; at the end rank 0 gathers it all.
!
! The program checks itself: the plate starts as the product of two half sine waves. These keep their shape, and every
! step of the scheme makes them smaller by one and the same factor, which is known exactly.
!
! For memwatch it is a job with an imbalance: at the end only rank 0 needs the complete plate.
program fortran_heat
  use, intrinsic :: iso_c_binding, only: c_int
  use, intrinsic :: iso_fortran_env, only: error_unit, real64
  use mpi_f08
  implicit none

  integer, parameter :: max_size = 16384
  integer, parameter :: steps = 100, steps_between_reports = 25
  integer(c_int), parameter :: exit_failed = 1, exit_usage = 2
  real(real64), parameter :: pi = acos(-1.0_real64)
  real(real64), parameter :: ratio = 0.2_real64 ! diffusivity * time step / spacing**2; stable up to 0.25
  real(real64), parameter :: tolerance = 1.0e-12_real64

  integer :: rank, ranks, n, first, columns, step
  real(real64), allocatable :: plate(:, :), next(:, :)
  real(real64) :: change
  logical :: ok

  interface ! stop would print the status; its quiet= is younger than many compilers
    subroutine exit_with(status) bind(c, name='exit')
      import c_int
      integer(c_int), value :: status
    end subroutine
  end interface

  call MPI_Init()
  call MPI_Comm_rank(MPI_COMM_WORLD, rank)
  call MPI_Comm_size(MPI_COMM_WORLD, ranks)
  call agree_on_size(n)

  columns = columns_of(rank)
  first = 1 + rank * (n / ranks)
  allocate (plate(0:n + 1, 0:columns + 1), next(0:n + 1, 0:columns + 1))
  call heat_up(plate)
  next = plate

  if (rank == 0) print '(a, i0, a, i0, a, i0, a)', 'plate of ', n, ' x ', n, ' points on ', ranks, ' ranks'
  do step = 1, steps
    call exchange_halo(plate)
    call diffuse(plate, next)
    if (mod(step, steps_between_reports) == 0) then
      change = largest_change(plate, next)
      if (rank == 0) print '(a, i4, a, es10.3)', 'step ', step, '  largest change ', change
    end if
    call swap(plate, next)
  end do

  ok = verified(plate)
  if (rank == 0) print '(2a)', 'verification ', trim(merge('OK    ', 'FAILED', ok))
  deallocate (plate, next)
  call MPI_Finalize()
  if (.not. ok) call exit_with(exit_failed)

contains

  ! The number of columns of a rank: n / ranks, and the rest goes to the last.
  integer function columns_of(of_rank)
    integer, intent(in) :: of_rank

    columns_of = n / ranks
    if (of_rank == ranks - 1) columns_of = n - of_rank * (n / ranks)
  end function

  ! Half a sine wave along each side; 0 on the border.
  subroutine heat_up(u)
    real(real64), intent(out) :: u(0:, 0:)
    integer :: j

    do j = 0, columns + 1
      u(:, j) = initial_column(first + j - 1)
    end do
  end subroutine

  function initial_column(j) result(column)
    integer, intent(in) :: j
    real(real64) :: column(0:n + 1)
    integer :: i

    column = [(sin(pi * i / (n + 1)) * sin(pi * j / (n + 1)), i=0, n + 1)]
    if (j == 0 .or. j == n + 1) column = 0
    column(0) = 0
    column(n + 1) = 0
  end function

  ! Exchanges the outermost columns with the neighbours. Beyond the plate there is no rank: MPI_PROC_NULL.
  subroutine exchange_halo(u)
    real(real64), intent(inout) :: u(0:, 0:)
    integer :: left, right

    left = merge(rank - 1, MPI_PROC_NULL, rank > 0)
    right = merge(rank + 1, MPI_PROC_NULL, rank < ranks - 1)
    call MPI_Sendrecv(u(:, 1), n + 2, MPI_DOUBLE_PRECISION, left, 0, &
                      u(:, columns + 1), n + 2, MPI_DOUBLE_PRECISION, right, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE)
    call MPI_Sendrecv(u(:, columns), n + 2, MPI_DOUBLE_PRECISION, right, 1, &
                      u(:, 0), n + 2, MPI_DOUBLE_PRECISION, left, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE)
  end subroutine

  ! One explicit step in time, with the five-point stencil.
  subroutine diffuse(u, after)
    real(real64), intent(in) :: u(0:, 0:)
    real(real64), intent(inout) :: after(0:, 0:)
    integer :: i, j

    do j = 1, columns
      do i = 1, n
        after(i, j) = u(i, j) + ratio * (u(i - 1, j) + u(i + 1, j) + u(i, j - 1) + u(i, j + 1) - 4 * u(i, j))
      end do
    end do
  end subroutine

  real(real64) function largest_change(u, after)
    real(real64), intent(in) :: u(0:, 0:), after(0:, 0:)
    real(real64) :: mine
    integer :: j

    mine = 0
    do j = 1, columns
      mine = max(mine, maxval(abs(after(1:n, j) - u(1:n, j))))
    end do
    call MPI_Allreduce(mine, largest_change, 1, MPI_DOUBLE_PRECISION, MPI_MAX, MPI_COMM_WORLD)
  end function

  subroutine swap(a, b)
    real(real64), allocatable, intent(inout) :: a(:, :), b(:, :)
    real(real64), allocatable :: held(:, :)

    call move_alloc(a, held)
    call move_alloc(b, a)
    call move_alloc(held, b)
  end subroutine

  ! Whether the whole plate, on rank 0, is the one at the start times factor**steps. All ranks get the answer.
  logical function verified(u)
    real(real64), intent(in) :: u(0:, 0:)
    real(real64), allocatable :: whole(:, :)
    real(real64) :: factor, wrong
    integer :: j

    allocate (whole(0:n + 1, merge(n, 0, rank == 0)))
    call gather(u, whole)
    factor = 1 - 8 * ratio * sin(pi / (2 * (n + 1)))**2
    wrong = 0
    do j = 1, size(whole, 2)
      wrong = max(wrong, maxval(abs(whole(:, j) - factor**steps * initial_column(j))))
    end do
    verified = wrong < tolerance
    call MPI_Bcast(verified, 1, MPI_LOGICAL, 0, MPI_COMM_WORLD)
  end function

  ! Collects the columns of all ranks on rank 0.
  subroutine gather(u, whole)
    real(real64), intent(in) :: u(0:, 0:)
    real(real64), intent(inout) :: whole(:, :)
    integer :: counts(0:ranks - 1), starts(0:ranks - 1), from

    do from = 0, ranks - 1
      counts(from) = columns_of(from) * (n + 2)
      starts(from) = from * (n / ranks) * (n + 2)
    end do
    call MPI_Gatherv(u(:, 1:columns), columns * (n + 2), MPI_DOUBLE_PRECISION, &
                     whole, counts, starts, MPI_DOUBLE_PRECISION, 0, MPI_COMM_WORLD)
  end subroutine

  ! Has rank 0 read the command line, and tells the others. Ends all ranks where there's nothing to compute.
  subroutine agree_on_size(points)
    integer, intent(out) :: points
    integer :: status

    if (rank == 0) call parse_arguments(points, status)
    call MPI_Bcast(status, 1, MPI_INTEGER, 0, MPI_COMM_WORLD)
    call MPI_Bcast(points, 1, MPI_INTEGER, 0, MPI_COMM_WORLD)
    if (status == 0 .and. points > 0) return
    call MPI_Finalize()
    if (status /= 0) call exit_with(exit_usage)
    stop
  end subroutine

  ! points is 0 where only help was wanted; status is 0 or exit_usage.
  subroutine parse_arguments(points, status)
    integer, intent(out) :: points, status
    character(len=32) :: option, value

    points = 512
    status = 0
    if (command_argument_count() > 0) then
      call get_command_argument(1, option)
      call get_command_argument(2, value)
      if (option == '--help') then
        points = 0
        print '(a)', 'Usage: mpirun -n RANKS fortran_heat [--size N]'
        print '(a, i0, a)', '  --size N  points along each side, from the number of ranks to ', max_size, ' (default 512)'
        return
      else if (option /= '--size' .or. command_argument_count() /= 2) then
        call complain('the only options are --size N and --help', status)
        return
      end if
      points = number(value)
    end if
    if (points < 1 .or. points > max_size) then
      call complain('--size '//trim(value)//': not a number from 1 to 16384', status)
    else if (points < ranks) then
      call complain('too few points for so many ranks: each needs a column', status)
    end if
  end subroutine

  subroutine complain(message, status)
    character(len=*), intent(in) :: message
    integer, intent(out) :: status

    write (error_unit, '(2a)') 'fortran_heat: ', message
    status = exit_usage
  end subroutine

  ! The decimal number in text, or -1.
  integer function number(text)
    character(len=*), intent(in) :: text
    integer :: failed

    number = -1
    if (len_trim(text) == 0 .or. len_trim(text) > 9 .or. verify(trim(text), '0123456789') /= 0) return
    read (text, *, iostat=failed) number
    if (failed /= 0) number = -1
  end function
end program
