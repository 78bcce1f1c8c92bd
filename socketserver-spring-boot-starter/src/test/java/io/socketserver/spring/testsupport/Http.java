package io.socketserver.spring.testsupport;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls an application's actuator over HTTP.
 */
public final class Http {

	private static final JsonMapper json = new JsonMapper();

	private final HttpClient client = HttpClient.newHttpClient();

	private final int port;

	public Http(int port) {
		this.port = port;
	}

	public Answer get(String path) throws IOException, InterruptedException {
		return send("GET", path, BodyPublishers.noBody());
	}

	public Answer post(String path, String body) throws IOException, InterruptedException {
		return send("POST", path, BodyPublishers.ofString(body));
	}

	public Answer delete(String path) throws IOException, InterruptedException {
		return send("DELETE", path, BodyPublishers.noBody());
	}

	private Answer send(String method, String path, BodyPublisher body) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + "/actuator/" + path))
			.method(method, body)
			.header("Content-Type", "application/json")
			.timeout(Duration.ofSeconds(30))
			.build();
		HttpResponse<String> response = this.client.send(request, BodyHandlers.ofString());
		return new Answer(response.statusCode(), response.body());
	}

	/**
	 * What came back.
	 *
	 * @param status the status code
	 * @param body the body as text
	 */
	public record Answer(int status, String body) {

		public JsonNode json() {
			return json.readTree(this.body);
		}

		/**
		 * The value at a JSON pointer as text.
		 */
		public String at(String pointer) {
			return json().at(pointer).asString();
		}

	}

}
