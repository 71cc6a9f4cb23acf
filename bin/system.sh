# Read by bin/install: the steps themselves.

# ---- System packages -------------------------------------------------------------------------
# One line per need: package|the name it has elsewhere. With a ? in front: better with it, but the
# city runs without it where the distribution does not have it.
needed_packages() {
  cat <<'LIST'
libpango-1.0-0
libpangoft2-1.0-0
libmagic1|libmagic1t64
fontconfig
fonts-noto-cjk
?libharfbuzz-subset0
?fonts-lxgw-wenkai
LIST
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    printf 'nodejs\nnpm\n'
  fi
  if [ -z "$(find_python)" ]; then
    printf 'python3\npython3-venv\n'
  elif ! has_venv "$(find_python)"; then
    venv_package "$(find_python)"
  fi
  if [ "$tests" = yes ]; then
    echo libfaketime
  fi
  if [ "$tests" = yes ] && ! find_chromium >/dev/null; then
    printf '?chromium\n'
  fi
}

find_chromium() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# A fresh image has none: then nothing is known of what the distribution offers.
lists_are_empty() { ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }

available() { [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[!\(]* ]]; }

# Prints the packages that are missing, but not those with a ? that the distribution lacks.
missing_packages() {
  local line name names found
  while read -r line; do
    IFS='|' read -ra names <<<"${line#\?}"
    found=
    for name in "${names[@]}"; do installed "$name" && found=yes && break; done
    [ -z "$found" ] || continue
    for name in "${names[@]}"; do available "$name" && found=$name && break; done
    if [ -n "$found" ]; then
      echo "$found"
    elif [ "${line#\?}" = "$line" ] || lists_are_empty; then
      echo "${names[0]}"
    fi
  done < <(needed_packages)
}

install_system_packages() {
  if ! command -v apt-get >/dev/null; then
    check_without_apt
    return
  fi
  local missing stamp=var/system.stamp
  # Looked at even with the stamp: the machine may have been laid anew around the checkout.
  if is_stamped "$stamp" "$(system_mark)" && all_installed; then return; fi
  missing=$(missing_packages | tr '\n' ' ')
  if [ -n "$missing" ]; then
    install_with_apt "$missing"
  fi
  [ -n "$(find_python)" ] || fail "Python 3.11 or newer is needed and this system has none: \
install one (it may stand beside the system's own, as python3.11), then run this again."
  has_venv "$(find_python)" || fail "$(find_python) lacks the venv module: \
install the package $(venv_package "$(find_python)"), then run this again."
  if [ "$tests" = yes ] && ! find_chromium >/dev/null; then
    fail "The browser tests need Chromium and this distribution has no package chromium: \
install Chromium or Chrome so that chromium or google-chrome is on the PATH, then run this again."
  fi
  system_mark >"$stamp"
}

system_mark() { fingerprint bin/system.sh "$tests" "$(needed_packages)" /etc/os-release; }

all_installed() {
  local line name names found
  while read -r line; do
    [ "${line#\?}" = "$line" ] || continue
    IFS='|' read -ra names <<<"$line"
    found=
    for name in "${names[@]}"; do installed "$name" && found=yes && break; done
    [ -n "$found" ] || return 1
  done < <(needed_packages)
}

install_with_apt() {
  local packages=$1 command="apt-get install --yes --no-install-recommends $1" as_root=""
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null || ! { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
      fail "Some system packages are missing. As root, run this one command, then start again:

  apt-get update && $command"
    fi
    as_root=sudo
    say "These system packages are missing, and sudo is asked to install them: $packages"
    sudo true || fail "Without sudo: as root, run \`apt-get update && $command\`, then start again."
  fi
  read_package_lists $as_root
  # Now that the lists are fresh, some names may turn out to exist.
  packages=$(missing_packages | tr '\n' ' ')
  [ -n "$packages" ] || return 0
  step "Installing system packages: $packages" \
    "apt-get could not install $packages: run \`apt-get install $packages\` to see why, then start again." \
    $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends $packages
}

read_package_lists() {
  step "Reading the lists of system packages" \
    "The package lists cannot be read: check the network and the package sources, then start again." \
    "$@" apt-get update
}

check_without_apt() {
  find_python >/dev/null || fail "Python 3.11 or newer is needed."
  local tool
  for tool in node npm fc-list; do
    command -v "$tool" >/dev/null || fail "$tool is missing. This script installs system packages \
on Debian and Ubuntu only; here, please install: Python 3.11 with venv, Node.js with npm, Pango, \
libmagic, fontconfig, Noto CJK and LXGW WenKai fonts, and for the tests Chromium."
  done
}

# ---- The typefaces of official papers ----------------------------------------------------------
# 仿宋, 楷体, 黑体, 小标宋 and 宋体 come in a package of 49 MB that pulls in a TeX system: five files
# of it are enough. Licensed families that are installed go before them (minxin/documents/fonts.py).
paper_faces() {
  printf '%s\n' FandolFang-Regular FandolKai-Regular FandolHei-Regular FandolSong-Bold \
    FandolSong-Regular
}

install_paper_faces() {
  local folder=/usr/local/share/fonts/minxin face missing=
  [ "$(id -u)" = 0 ] || folder=${XDG_DATA_HOME:-$HOME/.local/share}/fonts/minxin
  for face in $(paper_faces); do [ -f "$folder/$face.otf" ] || missing=yes; done
  if [ -z "$missing" ]; then return; fi
  # Where no package was missing nothing has read the lists yet; without root that cannot be done.
  if command -v apt-get >/dev/null && lists_are_empty && [ "$(id -u)" = 0 ]; then
    read_package_lists
  fi
  if ! command -v apt-get >/dev/null || ! available texlive-lang-chinese; then
    say "Note: the Fandol typefaces are not to be had here; papers use LXGW WenKai and Noto instead."
    return
  fi
  step "Fetching the typefaces of official papers (a download of 49 MB)" \
    "The Fandol typefaces could not be fetched: check the network, run \`apt-get update\`, then start again." \
    fetch_paper_faces "$folder"
}

fetch_paper_faces() {
  local folder=$1 work face inside=usr/share/texlive/texmf-dist/fonts/opentype/public/fandol
  work=$(mktemp -d)
  trap "rm -rf '$work'" EXIT  # its name now: the variable ends with this function
  # As root apt would fetch as its own user, which may not write here.
  (cd "$work" && apt-get -o APT::Sandbox::User="$(id -un)" download texlive-lang-chinese)
  dpkg-deb --fsys-tarfile "$work"/texlive-lang-chinese_*.deb |
    tar -x -C "$work" $(paper_faces | sed "s|.*|./$inside/&.otf|")
  mkdir -p "$folder"
  for face in $(paper_faces); do install -m 644 "$work/$inside/$face.otf" "$folder/"; done
  fc-cache "$folder"
}

# ---- Python ----------------------------------------------------------------------------------
# The first Python that is new enough; nothing where there is none.
find_python() {
  local name
  for name in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Debian keeps the module in a package of its own, named after the version.
venv_package() { "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'; }

install_python_packages() {
  local wanted=app mark python
  [ "$tests" = no ] || wanted=dev
  if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    step "Making a virtual environment with $python" \
      "The virtual environment could not be made: free some disk space, then start again." \
      "$python" -m venv --clear .venv
  fi
  mark=$(fingerprint "requirements/$wanted.txt" "$(.venv/bin/python -VV)")
  if is_stamped ".venv/$wanted.stamp" "$mark"; then return; fi
  # Both lists are put into the same place, so whoever changes it has to prove itself again.
  rm -f .venv/*.stamp
  step "Installing Python libraries (some minutes the first time)" \
    "The Python libraries could not be installed: check the network and the disk, then start again." \
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes \
    --requirement "requirements/$wanted.txt"
  echo "$mark" >".venv/$wanted.stamp"
  if [ "$wanted" = dev ]; then
    # The list for tests holds all of the application's.
    fingerprint requirements/app.txt "$(.venv/bin/python -VV)" >.venv/app.stamp
  fi
}

# ---- Browser libraries -----------------------------------------------------------------------
install_browser_libraries() {
  local wanted=app mark
  local -a only=(--omit=dev)
  [ "$tests" = no ] || { wanted=dev; only=(); }
  mark=$(fingerprint package-lock.json bin/system.sh)
  if is_stamped "node_modules/$wanted.stamp" "$mark" && is_stamped static/vendor/stamp "$mark"; then
    return
  fi
  step "Fetching browser libraries" \
    "The browser libraries could not be fetched: check the network and npm, then start again." \
    npm ci --no-audit --no-fund --ignore-scripts "${only[@]}"
  echo "$mark" >node_modules/app.stamp
  [ "$wanted" = app ] || echo "$mark" >node_modules/dev.stamp
  copy_browser_libraries || fail "The browser libraries could not be copied into static/vendor: \
see that the folder can be written, then start again."
  echo "$mark" >static/vendor/stamp
}

copy_browser_libraries() {
  local made=static/vendor.new
  rm -rf "$made"
  mkdir -p "$made"/{bootstrap,bootstrap-icons/fonts,htmx}
  cp node_modules/bootstrap/dist/css/bootstrap.min.css \
    node_modules/bootstrap/dist/js/bootstrap.bundle.min.js "$made/bootstrap/"
  cp node_modules/bootstrap-icons/font/bootstrap-icons.min.css "$made/bootstrap-icons/"
  cp node_modules/bootstrap-icons/font/fonts/bootstrap-icons.{woff,woff2} \
    "$made/bootstrap-icons/fonts/"
  cp node_modules/htmx.org/dist/htmx.min.js "$made/htmx/"
  rm -rf static/vendor
  mv "$made" static/vendor
}
