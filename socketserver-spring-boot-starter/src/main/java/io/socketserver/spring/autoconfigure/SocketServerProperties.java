package io.socketserver.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Socket servers. The flat keys describe the only server; if servers are configured by
 * name, they are the defaults of these.
 */
@ConfigurationProperties(prefix = "socketserver", ignoreUnknownFields = false)
public class SocketServerProperties extends ServerSettings {

	/**
	 * Name of the only server, if no servers are configured by name.
	 */
	private String name = "default";

	/**
	 * Servers by name. What is not configured of one is as the flat keys say.
	 */
	private final Map<String, ServerSettings> servers = new LinkedHashMap<>();

	public String getName() {
		return this.name;
	}

	public void setName(String name) {
		this.name = name;
	}

	public Map<String, ServerSettings> getServers() {
		return this.servers;
	}

}
