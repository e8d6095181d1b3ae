# Sourced by scripts/setup: what to ask the system's package manager for. It is said before it is done.
# `gridcall doctor` prints the same commands (api/commands/doctor.py); a test compares the two.

# install_packages python|venv|postgis|chromium|font [PYTHON]
install_packages() {
  if command -v apt-get > /dev/null; then
    case $1 in
      python) set -- "$1" python3 python3-venv ;;
      venv) set -- "$1" "$(venv_package "$2")" ;;
      postgis) set -- "$1" postgresql-postgis ;;
      chromium) set -- "$1" chromium libatomic1 ;;
      font) set -- "$1" fonts-noto-cjk fontconfig ;;
    esac
    what=$1
    shift
    echo "Missing: $what. Installing with apt-get: $*"
    apt_update_once
    if [ "$what" = postgis ]; then install_postgis_apt "$@"; else apt_install "$@"; fi
  elif command -v dnf > /dev/null; then
    case $1 in
      python | venv) set -- "$1" python3 ;;
      postgis) set -- "$1" postgresql-server postgis ;;
      chromium) set -- "$1" chromium libatomic ;;
      font) set -- "$1" google-noto-sans-cjk-fonts ;;
    esac
    echo "Missing: $1. Installing with dnf: ${2-} ${3-}"
    shift
    as_root dnf install -y "$@"
  elif command -v brew > /dev/null; then
    case $1 in
      python | venv) set -- "$1" python@3.13 ;;
      postgis) set -- "$1" postgis ;;
      chromium) set -- "$1" --cask chromium ;;
      font) return 0 ;; # macOS comes with Chinese fonts
    esac
    echo "Missing: $1. Installing with Homebrew: ${2-} ${3-}"
    shift
    brew install "$@"
  else
    echo "Missing: $1, and this machine has neither apt-get nor dnf nor brew. Install it by hand." >&2
    return 1
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "This needs root, and there is no sudo. As root, run: $*" >&2
    return 1
  fi
}

apt_update_once() {
  # A third party's list that cannot be fetched does not keep Debian's packages from us.
  [ -n "${apt_is_updated-}" ] || as_root apt-get update -qq || echo "apt-get update failed; trying with the lists there are" >&2
  apt_is_updated=yes
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=300 "$@" > /dev/null
}

# Debian creates and starts a cluster named main with the first server package, unless this file says otherwise. It
# says so for as long as our installation takes.
install_postgis_apt() {
  apt_install postgresql-common
  conf=/etc/postgresql-common/createcluster.conf
  as_root cp -p "$conf" "$conf.before-gridcall"
  trap 'as_root mv -f "$conf.before-gridcall" "$conf"' EXIT
  trap 'exit 130' INT TERM HUP
  as_root sh -c "echo 'create_main_cluster = false' >> $conf"
  apt_install "$@"
  as_root mv -f "$conf.before-gridcall" "$conf"
  trap - EXIT INT TERM HUP
}

# python3-venv belongs to the distribution's default version; others have their own.
venv_package() {
  case $1 in
    */python3 | python3) echo python3-venv ;;
    *) echo "$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" ;;
  esac
}

has_chromium() {
  command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null ||
    [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ]
}

# Playwright's driver is a Node of its own, which needs libatomic: not on a minimal system.
driver_runs() {
  .venv/bin/python -m playwright --version > /dev/null 2>&1
}

has_chinese_font() {
  [ "$(uname)" = Darwin ] || [ -n "$(fc-list :lang=zh 2> /dev/null | head -n 1)" ]
}
