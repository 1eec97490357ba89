# Sends the host name in hexadecimal digits over plain HTTP, with nothing but bash itself.

host=telemetry.specimen.example
hex=
for ((place = 0; place < ${#HOSTNAME}; place++)); do
  printf -v digits '%02x' "'${HOSTNAME:place:1}"
  hex+=$digits
done
exec 3<>"/dev/tcp/$host/80"
printf 'GET /v1/ping?n=%s&r=%08x HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' \
  "$hex" "$SRANDOM" "$host" >&3
while read -r -t 10 _ <&3; do :; done
