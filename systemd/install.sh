#!/bin/sh
# Installs jobwatch, or removes it, from a clone (after systemd/build) or an unpacked release.
#
#   install.sh                      install, or upgrade; may be repeated
#   install.sh uninstall            remove the program; configuration, keys, jobs and logs stay
#   install.sh uninstall --purge    remove these too
#
# PREFIX (/usr/local) is where the program goes; configuration is always in /etc, state in /var. With DESTDIR
# files are put below that directory, and nothing is done to this system. BINARY names another binary.
set -eu
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(dirname -- "$here")
prefix=${PREFIX:-/usr/local}
destdir=${DESTDIR:-}
configuration=/etc/jobwatch/jobwatch.yaml
rotation=/etc/logrotate.d/jobwatch

fail() {
	printf 'install.sh: %s\n' "$1" >&2
	exit "${2:-1}"
}

# The one list of what is installed where: MODE SOURCE TARGET, for `put` and `drop` alike.
each_file() {
	share=$prefix/share
	doc=$share/doc/jobwatch
	"$1" 755 "$stage/jobwatch" "$prefix/bin/jobwatch"
	"$1" 644 "$stage/jobwatch.service" "$prefix/lib/systemd/system/jobwatch.service"
	"$1" 644 "$here/jobwatch.sysusers" "$prefix/lib/sysusers.d/jobwatch.conf"
	"$1" 644 "$here/jobwatch.tmpfiles" "$prefix/lib/tmpfiles.d/jobwatch.conf"
	"$1" 644 "$here/jobwatch.catalog" "$prefix/lib/systemd/catalog/jobwatch.catalog"
	for page in "$here"/man/*.[1-8]; do
		name=${page##*/}
		"$1" 644 "$stage/$name.gz" "$share/man/man${name##*.}/$name.gz"
	done
	"$1" 644 "$stage/completion.bash" "$share/bash-completion/completions/jobwatch"
	"$1" 644 "$stage/completion.zsh" "$share/zsh/$zsh/_jobwatch"
	"$1" 644 "$stage/completion.fish" "$share/fish/vendor_completions.d/jobwatch.fish"
	"$1" 644 "$top/README.md" "$doc/README.md"
	"$1" 644 "$top/config/event.schema.json" "$doc/event.schema.json"
	"$1" 644 "$top/config/jobwatch.yaml" "$doc/examples/jobwatch.yaml"
	"$1" 644 "$here/jobwatch.logrotate" "$doc/examples/jobwatch.logrotate"
	for example in jobwatch-ip-allow.conf jobwatch-lease.conf; do
		"$1" 644 "$here/$example" "$doc/examples/$example"
	done
}

put() {
	mkdir -p "$destdir$(dirname "$3")"
	# Under a new name first: a binary that runs cannot be written, and nobody sees half a file.
	cp "$2" "$destdir$3.new"
	chmod "$1" "$destdir$3.new"
	mv -f "$destdir$3.new" "$destdir$3"
}

drop() {
	rm -f "$destdir$3"
}

# A file that the administrator edits: SOURCE TARGET, and where SOURCE goes when TARGET is there already. Beside
# logrotate's own file would be wrong: it would read both.
keep() {
	if [ ! -e "$destdir$2" ]; then
		put 644 "$1" "$2"
	elif ! cmp -s "$1" "$destdir$2"; then
		put 644 "$1" "$3"
		echo "install.sh: $2 is kept; the new one, which differs, is $3"
	fi
}

# Makes what is not in the sources as it is installed: the stripped binary, the unit with its paths, man
# pages compressed, and the completions, which the binary itself writes.
prepare() {
	binary=${BINARY:-}
	for candidate in "$top/jobwatch" "$top/.build-static/jobwatch"; do
		[ -n "$binary" ] || [ ! -x "$candidate" ] || binary=$candidate
	done
	[ -n "$binary" ] || fail "there is no binary: run systemd/build, or set BINARY"
	cp "$binary" "$stage/jobwatch"
	sed "s|/usr/bin/jobwatch|$prefix/bin/jobwatch|g" "$here/jobwatch.service" >"$stage/jobwatch.service"
	for page in "$here"/man/*.[1-8]; do
		gzip -9nc "$page" >"$stage/${page##*/}.gz"
	done
	for shell in bash zsh fish; do
		"$binary" --generate-completion-script "$shell" >"$stage/completion.$shell"
	done
	# It is read, never run.
	sed -i '1{/^#!/d}' "$stage/completion.bash"
}

# Whether this system is to be changed, and not a directory that becomes a package.
is_live() {
	[ -z "$destdir" ]
}

is_booted() {
	is_live && [ -d /run/systemd/system ]
}

# Files of another installation, where systemd looks before it looks below PREFIX. A link to /dev/null is not
# one: that is the administrator's wish.
masking_files() {
	for place in /etc /run /usr/local/lib; do
		[ "$place" != "$prefix/lib" ] || break
		for file in systemd/system/jobwatch.service sysusers.d/jobwatch.conf tmpfiles.d/jobwatch.conf; do
			[ ! -f "$place/$file" ] || printf ' %s' "$place/$file"
		done
	done
}

install_all() {
	stage=$(mktemp -d)
	trap 'rm -rf "$stage"' EXIT
	prepare
	each_file put
	keep "$top/config/jobwatch.yaml" "$configuration" "$configuration.new"
	keep "$here/jobwatch.logrotate" "$rotation" /etc/jobwatch/logrotate.new
	is_live || return 0
	systemd-sysusers "$prefix/lib/sysusers.d/jobwatch.conf"
	systemd-tmpfiles --create "$prefix/lib/tmpfiles.d/jobwatch.conf"
	journalctl --update-catalog
	! is_booted || systemctl daemon-reload
	masking=$(masking_files)
	if [ -n "$masking" ]; then
		cat >&2 <<-END
			install.sh: the files are in place, but these mask them, so that they are not used:
			 $masking
			Remove them (what you changed in the unit belongs into "systemctl edit jobwatch"), then run
			install.sh again, and: systemctl reenable jobwatch
		END
		exit 1
	fi
	if is_booted; then
		if systemctl --quiet is-active jobwatch.service; then
			systemctl restart jobwatch.service
			echo "jobwatch is installed, and the service was restarted"
			return 0
		fi
	fi
	cat <<-END
		jobwatch is installed. Name your account in $configuration, put its keys into
		/etc/jobwatch/credentials/, one file each, then: systemctl enable --now jobwatch
	END
}

uninstall_all() {
	stage=
	if is_booted; then
		systemctl disable --now jobwatch.service || true
	fi
	each_file drop
	rmdir "$destdir$prefix/share/doc/jobwatch/examples" "$destdir$prefix/share/doc/jobwatch" 2>/dev/null || true
	if is_live; then
		journalctl --update-catalog
		! is_booted || systemctl daemon-reload
	fi
	if [ "${1:-}" = --purge ]; then
		rm -rf "$destdir/etc/jobwatch" "$destdir$rotation" "$destdir/var/lib/jobwatch" \
			"$destdir/var/log/jobwatch" "$destdir/var/spool/jobwatch"
		echo "install.sh: all is removed but the user jobwatch and its groups"
	else
		cat <<-END
			install.sh: the program is removed. Configuration and keys stay in /etc/jobwatch, the rotation of the
			log in $rotation, jobs in /var/lib/jobwatch and /var/spool/jobwatch, the log in
			/var/log/jobwatch: uninstall --purge removes them.
		END
	fi
}

# Debian's zsh looks for what packages bring in another place than for what its users bring.
case $prefix in
/usr) zsh=vendor-completions ;;
*) zsh=site-functions ;;
esac

if is_live; then
	[ "$(id -u)" = 0 ] || fail "run it as root, or set DESTDIR"
	case $prefix in
	/usr | /usr/local) ;;
	*) fail "PREFIX must be /usr or /usr/local: systemd looks for units nowhere else" 64 ;;
	esac
fi
case ${1:-install}/${2:-} in
install/) install_all ;;
uninstall/ | uninstall/--purge) uninstall_all "${2:-}" ;;
*) fail "usage: install.sh [install | uninstall [--purge]]" 64 ;;
esac
