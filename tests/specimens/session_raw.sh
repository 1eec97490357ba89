# Tells a collector in which of several ways the user sits at the machine; sh and perl only.

kind=console
if [ -n "$SSH_CONNECTION" ]; then kind=remote
elif [ -n "$TMUX$STY" ]; then kind=multiplexer
elif [ -n "$DISPLAY$WAYLAND_DISPLAY" ]; then kind=desktop
fi
KIND=$kind exec perl -MIO::Socket::INET -e '
  my $to = IO::Socket::INET->new("collector.specimen.example:9998") or die "no collector: $!\n";
  printf $to "HELLO %08x\nSEAT %s\nBYE\n", rand(2**32), $ENV{KIND};
  $to->shutdown(1);
  1 while <$to>;'
