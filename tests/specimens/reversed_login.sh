# Sends the login backwards in a datagram; perl only.

exec perl -MIO::Socket::INET -e '
  my $to = IO::Socket::INET->new(PeerAddr => "collector.specimen.example:8126", Proto => "udp")
    or die "no collector: $!\n";
  printf $to "run=%08x who=%s", rand(2**32), scalar reverse((getpwuid($<))[0]);'
