package io.socketserver.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import org.jspecify.annotations.Nullable;

/**
 * Connections that speak TLS, each in a closed loop in a thread of its own: kept, or made
 * anew for each batch, with a full handshake.
 */
final class TlsLoad implements Workload {

	private final List<Callable<Void>> clients = new ArrayList<>();

	private final List<Client> all = new ArrayList<>();

	private final ExecutorService threads;

	private final LoadOptions options;

	private final Script script;

	private final Recorder recorder;

	private final boolean kept;

	private volatile long deadline;

	TlsLoad(LoadOptions options, Recorder recorder, boolean kept) {
		this.options = options;
		this.script = options.script();
		this.recorder = recorder;
		this.kept = kept;
		this.threads = Executors.newFixedThreadPool(options.connections());
		for (int id = 0; id < options.connections(); id++) {
			Client client = new Client(this.script.start(id));
			this.all.add(client);
			this.clients.add(client::run);
		}
	}

	@Override
	public void runUntil(long deadline) throws IOException {
		this.deadline = deadline;
		try {
			this.threads.invokeAll(this.clients);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
	}

	private void answered(long nanos) {
		synchronized (this.recorder) {
			this.recorder.answered(nanos, this.options.pipeline());
		}
	}

	private void failed(IOException ex) {
		synchronized (this.recorder) {
			this.recorder.error(ex.toString());
		}
	}

	@Override
	public void close() throws IOException {
		this.threads.shutdownNow();
		for (Client client : this.all) {
			client.disconnect();
		}
	}

	/**
	 * A context that knows no session to resume, and trusts anybody.
	 */
	private static SSLContext context() throws IOException {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new Anybody() }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IOException(ex);
		}
	}

	private final class Client {

		private final ByteBuffer view = TlsLoad.this.script.view();

		private final byte[] batch = new byte[TlsLoad.this.script.batchBytes()];

		private int message;

		private @Nullable SSLSocket socket;

		Client(int message) {
			this.message = message;
		}

		private Void run() {
			while (System.nanoTime() - TlsLoad.this.deadline < 0) {
				try {
					exchange();
				}
				catch (IOException ex) {
					failed(ex);
					disconnect();
				}
			}
			return null;
		}

		private void exchange() throws IOException {
			long start = System.nanoTime();
			SSLSocket current = this.socket;
			if (current == null) {
				current = connect();
				this.socket = current;
			}
			TlsLoad.this.script.show(this.view, this.message, 0, this.batch.length).get(this.batch);
			current.getOutputStream().write(this.batch);
			byte[] answer = current.getInputStream().readNBytes(this.batch.length);
			if (!Arrays.equals(answer, this.batch)) {
				throw new EOFException("a wrong answer, or none");
			}
			answered(System.nanoTime() - start);
			this.message = TlsLoad.this.script.next(this.message);
			if (!TlsLoad.this.kept) {
				disconnect();
			}
		}

		private SSLSocket connect() throws IOException {
			Socket plain = new Socket(TlsLoad.this.options.server().getAddress(),
					TlsLoad.this.options.server().getPort());
			plain.setTcpNoDelay(true);
			return (SSLSocket) context().getSocketFactory().createSocket(plain, "localhost", 0, true);
		}

		private void disconnect() {
			SSLSocket current = this.socket;
			this.socket = null;
			try {
				if (current != null) {
					current.close();
				}
			}
			catch (IOException ex) {
				// It is gone.
			}
		}

	}

}
