# SPDX-License-Identifier: MIT
# The name of a place, from the file or its separate debug files: lines; the symbol tables of stripped files; files
# that are found by build id, by debug link and its checksum, by dwz's link.
. "${srcdir:-.}/tests/lib.sh"

for tool in gcc objcopy objdump strip nm readelf; do
    command -v $tool >/dev/null 2>&1 || skip_all "needs $tool"
done
mwplace=$top_builddir/tests/tools/mwplace
cat >md.c <<'END'
int md_more(int);
static __attribute__((noinline)) int inner(int n) { return md_more(n) + 1; } /* inner */
int md_step(int n) { return inner(n + 2) + inner(n + VALUE); } /* step */
END
line() { echo "md.c:$(grep -n "/\* $1 \*/" md.c | cut -d: -f1)"; }
build() { gcc -O2 -fPIC -shared -DVALUE="${value:-4}" "$@" -o libmd.so md.c; }
# Remembers where md_step and inner are while the symbols are still there.
note() { step=$(address md_step) inner=$(address inner); }
address() { echo "0x$(nm libmd.so | awk -v name="$1" '$3 == name { print $1 }')"; }
at() { "$mwplace" "${2:-$work/libmd.so}" $(($1 + 5)) "${3-$work/libmd.so}" 2>err; }
all_of() { at "$step"; at "$inner"; }
lines="$(line step) md_step
$(line inner) inner"
named="md_step+0x5 md_step
inner+0x5 inner"
exported="md_step+0x5 md_step
libmd.so+$(printf 0x%x 0) "
exported() { printf 'md_step+0x5 md_step\nlibmd.so+0x%x ' $((inner + 5)); }

build -g && note
check "lines from the file itself" same "$(all_of)" "$lines"
build -g -gz && note
check "compressed" same "$(all_of)" "$lines"
build && note
check "without them the names of .symtab" same "$(all_of)" "$named"
strip --strip-all libmd.so
check "stripped, those that .dynsym has" same "$(all_of)" "$(exported)"

stub=$(objdump -d libmd.so 2>/dev/null | awk '/<md_more@plt>:/ { print "0x" $1 }')
case $(uname -m) in
    x86_64) check "a stub has the name of what it calls" same "$(at "$stub")" "md_more@plt+0x5 md_more@plt" ;;
    *) skip "a stub has the name of what it calls" "x86-64 only" ;;
esac

separate() { # flags: the symbols go to libmd.debug
    rm -f libmd.so libmd.debug
    build "$@" && note && objcopy --only-keep-debug libmd.so libmd.debug && strip --strip-all libmd.so
}
linked() { separate "$@" && objcopy --add-gnu-debuglink=libmd.debug libmd.so; }
linked -g
check "a debug link: lines" same "$(all_of)" "$lines"
linked
check "a debug link to a file with names only" same "$(all_of)" "$named"
linked -g -Wl,--build-id=none
check "without build ids, by the checksum" same "$(all_of)" "$lines"
printf x >>libmd.debug
check "with another checksum: not that file" same "$(all_of)" "$(exported)"
linked -g
printf x >>libmd.debug
check "with another checksum, but the same build id" same "$(all_of)" "$lines"
linked -g
objcopy --remove-section .note.gnu.build-id libmd.debug 2>/dev/null
check "a debug file that lost its build id is another file" same "$(all_of)" "$(exported)"
linked -g
mv libmd.so kept.so && value=7 build -g && objcopy --only-keep-debug libmd.so libmd.debug && mv kept.so libmd.so
check "of another build: not that file" same "$(all_of)" "$(exported)"
separate -g
mv libmd.debug libmd.so.debug
check "no link, but the usual name" same "$(all_of)" "$lines"
mkdir -p .debug && mv libmd.so.debug .debug/
check "in .debug" same "$(all_of)" "$lines"
rm -r .debug

# MiniDebugInfo: the names that .dynsym lacks, compressed.
build && note
nm -f posix --defined-only libmd.so | awk '$2 ~ /^[tT]$/ { print $1 }' >names
objcopy -S --remove-section .comment --keep-symbols=names libmd.so mini 2>/dev/null
strip --strip-all libmd.so
if xz -k mini 2>/dev/null && objcopy --add-section .gnu_debugdata=mini.xz libmd.so && at "$inner" | grep -q inner; then
    check "MiniDebugInfo" same "$(all_of)" "$named"
else
    skip "MiniDebugInfo" "needs xz, and libdw with LZMA"
fi

if command -v eu-strip >/dev/null 2>&1; then
    build -g && note && eu-strip -f libmd.debug libmd.so
    check "eu-strip" same "$(all_of)" "$lines"
else
    skip "eu-strip" "needs elfutils"
fi

# Fortran's modules, whose functions libdw does not look for by itself.
cat >mesh.f90 <<'END'
module mesh
contains
  subroutine total(x)
    real(8) :: x
    call outside(x)
    x = x + 1
  end subroutine
end module
END
total() { at "0x$(nm libmesh.so | awk '$3 == "__mesh_MOD_total" { print $1 }')" "$work/libmesh.so" "$work/libmesh.so"; }
if command -v gfortran >/dev/null 2>&1 && gfortran -O1 -fPIC -g -shared -o libmesh.so mesh.f90; then
    check "Fortran: a line and its function" same "$(total | sed 's/:[0-9]* / /')" "mesh.f90 mesh::total"
    gfortran -O1 -fPIC -shared -o libmesh.so mesh.f90
    check "Fortran: a name" same "$(total)" "mesh::total+0x5 mesh::total"
else
    skip "Fortran" "needs gfortran"
fi

# Below /usr/lib/debug, in a mount namespace with an empty one.
root=/usr/lib/debug
private() { unshare --mount sh -c "mount --make-rprivate / && mount -t tmpfs tmpfs $root && $1"; }
id_of() { readelf -n "$1" | sed -n 's/.*Build ID: //p'; }
by_id() { echo "$root/.build-id/$(id_of "$1" | sed 's|^..|&/|').debug"; }
install_by_id() { echo "mkdir -p $(dirname "$(by_id "$1")") && cp $1 $(by_id "$1")"; }
if ! private "exit 0" 2>/dev/null; then
    skip "/usr/lib/debug" "needs a private mount namespace and $root"
    done_testing
    exit 0
fi
ask="for a in \$step \$inner; do $mwplace ${file-$work/libmd.so} \$((a + 5)) $work/kept.so; done"
separate -g
cp libmd.so kept.so
export step inner
check "by build id" same "$(private "$(install_by_id libmd.debug) && $ask")" "$lines"
linked -g
cp libmd.so kept.so
check "by the link" same "$(private "mkdir -p $root$work && mv libmd.debug $root$work/ && $ask")" "$lines"
separate -g
cp libmd.so kept.so
rm libmd.so
check "a file that is gone" same "$(private "$(install_by_id libmd.debug) && $ask")" "$lines"
value=9 build
check "a file that was replaced" same "$(private "$(install_by_id libmd.debug) && $ask")" "$lines"

if command -v dwz >/dev/null 2>&1; then
    # types that dwz moves: libdw requires more than strings in that file
    for i in 1 2 3 4 5 6 7 8 9; do
        echo "struct kind_$i { int first_member_$i, second_member_$i; struct kind_$i *next_of_kind_$i; } md_kind_$i;"
    done >>md.c
    rm libmd.so
    separate -g
    cp libmd.so kept.so
    cp libmd.debug a.debug
    cp libmd.debug b.debug
    check "dwz moves parts to a file of both" dwz -m common.debug -M common.debug a.debug b.debug
    check "dwz, by the link beside the debug file" same \
        "$(private "$(install_by_id a.debug) && cp common.debug $(dirname "$(by_id a.debug)")/ && $ask")" "$lines"
    check "dwz, by its build id" same "$(private "$(install_by_id a.debug) && $(install_by_id common.debug) && $ask")" "$lines"
    check "dwz, where that file is missing: names" same "$(private "$(install_by_id a.debug) && $ask")" "$named"
else
    skip "dwz" "needs dwz"
fi
done_testing
