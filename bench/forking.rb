# forking.rb PORT: lower.rb as a server of its own, with a fork for each client.
require 'socket'

listener = TCPServer.new('127.0.0.1', ARGV[0].to_i)
listener.listen(128)
loop do
  client = listener.accept
  begin
    nil while Process.wait(-1, Process::WNOHANG)
  rescue Errno::ECHILD
    nil
  end
  fork do
    [$stdin, $stdout, $stderr].each { |stream| stream.reopen(client) }
    Process.setsid
    while (line = $stdin.gets)
      $stdout.write(line.downcase)
    end
  end
  client.close
end
