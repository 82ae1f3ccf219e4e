# shellcheck shell=bash
# What the project needs from the system, said once; sourced by run.sh, test.sh and .ci/run.
#
# One need a line: group | check | Debian | Fedora | Arch. A need is looked for first, and only what is missing gets
# installed, so that nothing asks for root on a machine that has everything. Checks:
#   cmd:NAME   a command      lib:NAME   a pkg-config module      c:HEADER   a C header      pkg   the packages themselves
packages_needs () {
  cat <<'NEEDS'
build | cmd:gcc            | gcc                  | gcc                        | gcc
build | c:stdio.h          | libc6-dev            | glibc-devel                | glibc
build | cmd:pkg-config     | pkg-config           | pkgconf-pkg-config         | pkgconf
build | cmd:meson          | meson                | meson                      | meson
build | cmd:ninja          | ninja-build          | ninja-build                | ninja
build | cmd:python3        | python3              | python3                    | python
build | cmd:msgfmt         | gettext              | gettext                    | gettext
build | cmd:xmllint        | libxml2-utils        | libxml2                    | libxml2
build | cmd:update-desktop-database | desktop-file-utils | desktop-file-utils  | desktop-file-utils
build | lib:gio-unix-2.0   | libglib2.0-dev       | glib2-devel                | glib2-devel
build | lib:gtk4           | libgtk-4-dev         | gtk4-devel                 | gtk4
build | lib:libadwaita-1   | libadwaita-1-dev     | libadwaita-devel           | libadwaita
build | lib:cairo-pdf      | libcairo2-dev        | cairo-devel                | cairo
build | lib:pangocairo     | libpango1.0-dev      | pango-devel                | pango
build | lib:sqlite3        | libsqlite3-dev       | sqlite-devel               | sqlite
build | lib:zlib           | zlib1g-dev           | zlib-devel                 | zlib
build | lib:json-glib-1.0  | libjson-glib-dev     | json-glib-devel            | json-glib
build | lib:libsoup-3.0    | libsoup-3.0-dev      | libsoup3-devel             | libsoup3
build | lib:libxml-2.0     | libxml2-dev          | libxml2-devel              | libxml2
build | lib:libsecp256k1   | libsecp256k1-dev     | libsecp256k1-devel         | libsecp256k1
build | lib:libsecret-1    | libsecret-1-dev      | libsecret-devel            | libsecret
build | lib:libsodium      | libsodium-dev        | libsodium-devel            | libsodium
build | lib:gsl            | libgsl-dev           | gsl-devel                  | gsl
build | lib:nlopt          | libnlopt-dev         | NLopt-devel                | nlopt
build | pkg                | librsvg2-common      | librsvg2                   | librsvg
build | pkg                | adwaita-icon-theme fonts-dejavu-core | adwaita-icon-theme dejavu-sans-fonts | adwaita-icon-theme ttf-dejavu
test  | cmd:Xvfb           | xvfb                 | xorg-x11-server-Xvfb       | xorg-server-xvfb
test  | cmd:dbus-run-session | dbus-daemon        | dbus-daemon                | dbus
test  | pkg                | python3-gi gir1.2-atspi-2.0 at-spi2-core | python3-gobject at-spi2-core | python-gobject at-spi2-core
test  | pkg                | python3-pyatspi      | python3-pyatspi            | python-atspi
test  | cmd:pdftotext      | poppler-utils        | poppler-utils              | poppler
test  | cmd:xdotool        | xdotool              | xdotool                    | xdotool
test  | cmd:xwd            | x11-apps             | xwd                        | xorg-xwd
test  | cmd:appstreamcli   | appstream            | appstream                  | appstream
test  | cmd:gnome-keyring-daemon | gnome-keyring  | gnome-keyring              | gnome-keyring
test  | cmd:shellcheck     | shellcheck           | ShellCheck                 | shellcheck
check | cmd:clang          | clang                | clang                      | clang
check | pkg                |                      | libasan libubsan           |
bench | cmd:g++            | g++                  | gcc-c++                    | gcc
bench | lib:simdjson       | libsimdjson-dev      | simdjson-devel             | simdjson
bench | cmd:gnome-text-editor | gnome-text-editor | gnome-text-editor          | gnome-text-editor
NEEDS
}

# packages_has CHECK PACKAGE...: whether this need is met.
packages_has () {
  local check=$1 name=${1#*:} package
  shift
  case $check in
    cmd:*) command -v "$name" >/dev/null ;;
    lib:*) pkg-config --exists "$name" 2>/dev/null ;;
    c:*)   printf '#include <%s>\n' "$name" | gcc -E -x c - >/dev/null 2>&1 ;;
    pkg)
      for package; do
        case $manager in
          apt-get) [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ;;
          dnf)     rpm -q "$package" >/dev/null 2>&1 ;;
          pacman)  pacman -Q "$package" >/dev/null 2>&1 ;;
        esac || return 1
      done ;;
  esac
}

packages_as_root () {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo 'Needs root or sudo to install that' >&2
    return 1
  fi
}

# packages_ensure GROUP...: installs what the groups need and the machine lacks; fails when that cannot be done.
packages_ensure () {
  local manager='' group check debian fedora arch packages missing=()
  for manager in apt-get dnf pacman ''; do
    [ -z "$manager" ] || ! command -v "$manager" >/dev/null || break
  done
  while IFS='|' read -r group check debian fedora arch; do
    read -r group <<<"$group"
    read -r check <<<"$check"
    case $manager in
      apt-get) read -r -a packages <<<"$debian" ;;
      dnf)     read -r -a packages <<<"$fedora" ;;
      pacman)  read -r -a packages <<<"$arch" ;;
      *)       packages=("$check") ;;
    esac
    case " $* " in *" $group "*) ;; *) continue ;; esac
    packages_has "$check" "${packages[@]}" || missing+=("${packages[@]}")
  done < <(packages_needs)
  [ ${#missing[@]} -gt 0 ] || return 0

  echo "Missing: ${missing[*]}" >&2
  case $manager in
    apt-get) packages_as_root env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -q update &&
               exec apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"' apt "${missing[@]}" ;;
    dnf)     packages_as_root dnf -y install "${missing[@]}" ;;
    pacman)  packages_as_root pacman -Sy --needed --noconfirm "${missing[@]}" ;;
    *)       echo 'No apt-get, dnf or pacman here: please install it by hand' >&2; return 1 ;;
  esac </dev/null >&2
}
