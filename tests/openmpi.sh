# SPDX-License-Identifier: MIT
# What Open MPI wants to be told on small machines and in containers: more ranks than cores, and any as root. It belongs to
# those who start jobs, never to the product. To be sourced.

# openmpi_settings MPIRUN: exports what this mpirun's release understands; of any other MPI's it changes nothing.
openmpi_settings() {
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    case $("$1" --version 2>/dev/null | head -n 1) in
        *'(OpenRTE) '*) export OMPI_MCA_rmaps_base_oversubscribe=1 ;;
        *'(Open MPI) 5.'*) export PRTE_MCA_rmaps_default_mapping_policy=slot:oversubscribe ;;
        *'(Open MPI) '*) export PRTE_MCA_mapby=slot:oversubscribe ;;
    esac
}
