package io.socketserver.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.socketserver.request.StreamRequestHandler;

/**
 * A child that journals each request's id before it answers with it. The journal is
 * written without a buffer, so that it survives a kill.
 */
public final class JournalServerMain {

	private JournalServerMain() {
	}

	/**
	 * Serves until the JVM ends.
	 * @param args the strategy, and the journal's path
	 * @throws IOException if the journal cannot be opened
	 */
	public static void main(String[] args) throws IOException {
		FileChannel journal = FileChannel.open(Path.of(args[1]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		ChildServer.serve(args[0], () -> new JournalHandler(journal));
	}

	/**
	 * First the side effect, then the answer.
	 */
	static final class JournalHandler extends StreamRequestHandler {

		private final FileChannel journal;

		JournalHandler(FileChannel journal) {
			this.journal = journal;
		}

		@Override
		public void handle() throws IOException {
			for (String id; (id = rfile().readLine()) != null;) {
				this.journal.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.UTF_8)));
				wfile().println(id);
			}
		}

	}

}
