// SPDX-License-Identifier: MIT
// A template method that is inlined into its caller, in a namespace; 64 MiB inside one Allreduce of rank 1.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mpi.h>
#include <vector>

namespace {
int own_rank;

void add(void *in, void *inout, int *count, MPI_Datatype *)
{
    constexpr std::size_t bytes = std::size_t{64} << 20;
    if (own_rank == 1) {
        void *memory = std::malloc(bytes);
        std::memset(memory, 1, bytes);
        __asm__ volatile("" ::"r"(memory) : "memory");
        std::free(memory);
    }
    for (int i = 0; i < *count; i++)
        static_cast<double *>(inout)[i] += static_cast<double *>(in)[i];
}
} // namespace

namespace field {
template <class T> class Mesh {
  public:
    explicit Mesh(std::size_t size) : values(size, T{1}) {}

    [[gnu::always_inline]] inline T total(MPI_Op op) const
    {
        std::vector<T> sums(values.size());
        MPI_Allreduce(values.data(), sums.data(), static_cast<int>(values.size()), MPI_DOUBLE, op, MPI_COMM_WORLD); // here
        return sums.back();
    }

    [[gnu::noinline]] T checked(MPI_Op op) const
    {
        T sum = total(op); // inlined here
        __asm__ volatile("" ::: "memory");
        return sum;
    }

  private:
    std::vector<T> values;
};
} // namespace field

extern "C" int plugin_run()
{
    int size;
    MPI_Op op;
    MPI_Comm_rank(MPI_COMM_WORLD, &own_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Op_create(add, 1, &op);
    double sum = field::Mesh<double>(100).checked(op);
    MPI_Op_free(&op);
    if (own_rank == 0)
        std::printf("sum=%g of %d\n", sum, size);
    return sum == size ? 0 : 1;
}
