/* SPDX-License-Identifier: MIT */
/* A wrapper library: all MPI calls of the program except the first and the last. */
namespace comm_ns
{
template <class T> struct Channel {
    T sum(T value);
    T largest(T value);
};
} // namespace comm_ns
