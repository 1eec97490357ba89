date +%Z
date +%z
date '+%F %H:%M'
date +%c | cut -c 1-10
date +%x
hostname
hostname -f
hostname -d
hostname -I
uname -n
uname -r
uname -v
uname -m
uname -a
. /etc/os-release && printf '%s\n' "$PRETTY_NAME"
getent passwd "$(id -u)"
getent passwd | cut -d : -f 1
getent group
getent hosts "$(hostname)"
getent ahosts localhost
getent ahosts api.model.example
getent hosts no-such-name
id
id -un
id -u
whoami
groups
logname
printf '%s\n' ~
printf '%s\n' "$HOME"
pwd
LC_ALL=C ls -A
LC_ALL=C ls -A ~
locale
locale -a
locale charmap
locale -k decimal_point thousands_sep d_fmt currency_symbol yesexpr
printf '%s ' $(printf 'b\nZ\nä\na\n' | sort)
ls /no/such/file
nproc
nproc --all
getconf _NPROCESSORS_ONLN
getconf _NPROCESSORS_CONF
lscpu
LC_ALL=C free -k | sed -n 's/^Mem: *\([0-9]*\).*/\1/p'
LC_ALL=C vmstat -s | sed -n 's/^ *\(.*\) K total memory/\1/p'
systemd-detect-virt
lsblk
ip -brief link
ip -brief address
ip -4 route
ip -6 route
ip neighbour
ip rule
LC_ALL=C tty
stty size
tput cols
tput colors
test -t 0 && echo terminal
git config user.name
git config user.email
git config --list --show-origin
git remote -v
git rev-parse --abbrev-ref HEAD
git log -1 '--format=%H %an %ae %cd %s'
git --no-optional-locks status --porcelain --branch
df -k --output=source,fstype,size,target
ulimit -a
umask
who
getent services https
ps -e -o user=,comm=
