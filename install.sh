#!/bin/sh
# Builds sockembot and puts it in its places; takes it out again; shows it working.
set -eu

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
BINARY=${BINARY:-}

usage() {
    cat <<'END'
usage: ./install.sh             build, and install below PREFIX
       ./install.sh uninstall   remove what was installed; config and evidence stay
       ./install.sh demo        show it working; nothing is installed

PREFIX=/usr/local   where the binary goes
DESTDIR=            a directory to install into, for packages
BINARY=             install this binary; nothing is built
END
}

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 70
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "$1 is missing; $2"
}

# build PROFILE DIRECTORY
build() {
    need cargo 'get Rust from https://rustup.rs'
    need cc 'install a C compiler; libgit2 is built with it'
    cargo build --profile "$1" --locked --quiet --manifest-path "$here/Cargo.toml"
    BINARY=${CARGO_TARGET_DIR:-$here/target}/$2/sockembot
}

# Writes beside the file and renames, so that a push never finds half a binary.
put() {
    mkdir -p "$(dirname "$3")"
    cp "$2" "$3.new"
    chmod "$1" "$3.new"
    mv "$3.new" "$3"
    printf 'installed %s\n' "$3"
}

install_all() {
    need git 'it runs the hook'
    [ -n "$BINARY" ] || build release release
    put 755 "$BINARY" "$DESTDIR$PREFIX/bin/sockembot"
    # For servers that link one hook into many places; `install` brings its own.
    shim=$(mktemp)
    for hook in pre-receive post-receive; do
        sed "s|^binary=.*|binary='$PREFIX/bin/sockembot'|" "$here/hooks/$hook" >"$shim"
        put 755 "$shim" "$DESTDIR$PREFIX/share/sockembot/$hook"
    done
    rm "$shim"
    config=$DESTDIR/etc/sockembot/config.toml
    if [ -e "$config" ]; then
        printf 'kept %s\n' "$config"
    else
        mkdir -p "$(dirname "$config")"
        # Readable for whoever runs git; it holds no secret.
        chmod 755 "$(dirname "$config")"
        "$BINARY" init >"$config.new"
        chmod 644 "$config.new"
        mv "$config.new" "$config"
        printf 'installed %s\n' "$config"
    fi
    printf 'next: edit the config, then, as the user who runs git: sockembot install REPO...\n'
}

uninstall_all() {
    for file in bin/sockembot share/sockembot/pre-receive share/sockembot/post-receive; do
        file=$DESTDIR$PREFIX/$file
        [ ! -e "$file" ] || { rm "$file" && printf 'removed %s\n' "$file"; }
    done
    # Whatever else is in there is not ours.
    rmdir "$DESTDIR$PREFIX/share/sockembot" 2>/dev/null || :
    printf 'config and evidence stay; repositories that have the hook refuse pushes until\n'
    printf 'it is taken out or sockembot is back\n'
}

here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
case ${1:-install} in
install) install_all ;;
uninstall) uninstall_all ;;
demo)
    shift
    need git 'the demo pushes with it'
    if [ -z "$BINARY" ]; then
        # Not optimised: whoever looks for the first time should not wait for that.
        printf 'building sockembot; the first time takes a minute or two\n' >&2
        build dev debug
    fi
    exec "$BINARY" demo "$@"
    ;;
-h | --help | help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
