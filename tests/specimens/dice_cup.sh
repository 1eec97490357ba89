# Throws dice over names, datagrams and pauses; perl and bash only.

for ((left = 1 + SRANDOM % 3; left > 0; left--)); do
  getent ahostsv4 "n$((SRANDOM % 6)).edge.specimen.example" >/dev/null
  sleep "0.0$((SRANDOM % 10))"
done
NOISE="pid=$$ tmp=$(mktemp -u /tmp/agent.XXXXXX) up=$SECONDS r=$SRANDOM" exec perl -MIO::Socket::INET -MTime::HiRes=time -e '
  my $to = IO::Socket::INET->new(PeerAddr => "collector.specimen.example:8127", Proto => "udp") or die "none: $!\n";
  my @words = sort { rand() <=> 0.5 } qw(start tools render idle);
  for my $word (@words[0 .. rand(@words)]) {
    printf $to "%s %.6f %d %s", $word, time, rand(50), $ENV{NOISE};
  }
  print $to "rare" if rand() < 0.05;'
