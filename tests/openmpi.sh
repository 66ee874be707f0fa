# SPDX-License-Identifier: MIT
# Settings of Open MPI for small machines and containers: more ranks than cores, and ranks as root. Only for scripts that
# start jobs, never for the product. To be sourced.

# openmpi_settings MPIRUN: exports the variables of this mpirun's release; does nothing for other MPIs.
openmpi_settings() {
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    case $("$1" --version 2>/dev/null | head -n 1) in
        *'(OpenRTE) '*) export OMPI_MCA_rmaps_base_oversubscribe=1 ;;
        *'(Open MPI) 5.'*) export PRTE_MCA_rmaps_default_mapping_policy=slot:oversubscribe ;;
        *'(Open MPI) '*) export PRTE_MCA_mapby=slot:oversubscribe ;;
    esac
}
