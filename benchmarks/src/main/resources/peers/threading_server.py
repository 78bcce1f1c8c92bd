"""Lines answered with themselves, as the documentation of socketserver has it."""
import socketserver
import sys


class EchoHandler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024  # 5 by default: connecting would be all one waits for


with Server(("127.0.0.1", int(sys.argv[1])), EchoHandler) as server:
    server.serve_forever()
