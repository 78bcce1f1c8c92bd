package io.socketserver.support;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;

import io.socketserver.fork.ForkOptions;
import io.socketserver.fork.WorkerApplication;
import io.socketserver.fork.WorkerCommand;
import io.socketserver.mixin.ForkingMixIn;
import io.socketserver.request.RequestHandlerFactory;

/**
 * A worker process that follows a script.
 */
public final class ScriptWorker implements WorkerApplication {

	/**
	 * How to start one. Skips the test where its script refers to what cannot be copied.
	 * @param script a {@link Script} or a {@link PacketScript}
	 * @return options with few workers
	 */
	public static ForkOptions options(Serializable script) {
		try {
			Path file = Files.createTempFile("script", ".ser");
			file.toFile().deleteOnExit();
			try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
				out.writeObject(script);
			}
			return options(WorkerCommand.of(ScriptWorker.class, file.toString()));
		}
		catch (NotSerializableException ex) {
			return Assumptions.abort("the script shares a " + ex.getMessage() + " with its test, which no process can");
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	private static ForkOptions options(WorkerCommand command) {
		// None ahead of need: a test has few requests, and each start costs time.
		return ForkOptions.of(command).withMinIdle(0).withJvmOptions(List.of("-Xmx64m"));
	}

	/**
	 * Workers that follow a script.
	 * @param script a {@link Script} or a {@link PacketScript}
	 * @return the mix-in
	 */
	public static ForkingMixIn forking(Serializable script) {
		return new ForkingMixIn(options(script));
	}

	@Override
	public RequestHandlerFactory start(List<String> arguments) throws Exception {
		try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of(arguments.get(0))))) {
			Object script = in.readObject();
			return (script instanceof PacketScript packets) ? PacketScript.handlers(packets)
					: Script.handlers((Script) script);
		}
	}

}
