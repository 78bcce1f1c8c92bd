package io.socketserver.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;

import io.socketserver.BaseServer;
import io.socketserver.request.MixIn;
import io.socketserver.request.ServerListener;
import io.socketserver.spring.SocketServerCustomizer;
import io.socketserver.spring.diagnostics.DuplicateServerException;

/**
 * The application's beans that servers are made of.
 *
 * @param servers servers the application has made itself, by name
 * @param mixIns mix-ins in order; each look-up makes prototypes anew
 * @param customizers customizers in order
 * @param listeners listeners in order
 * @param tls what its SSL bundles are good for
 */
record ServerBeans(Map<String, BaseServer> servers, ObjectProvider<MixIn> mixIns,
		List<SocketServerCustomizer> customizers, List<ServerListener> listeners, TlsMapping tls) {

	static ServerBeans of(ListableBeanFactory beans) {
		Map<String, BaseServer> servers = new LinkedHashMap<>();
		Map<String, String> beanNames = new LinkedHashMap<>();
		beans.getBeansOfType(BaseServer.class).forEach((bean, server) -> {
			String other = beanNames.put(server.name(), bean);
			if (other != null) {
				throw new DuplicateServerException(server.name(), List.of(other, bean));
			}
			servers.put(server.name(), server);
		});
		return new ServerBeans(servers, beans.getBeanProvider(MixIn.class),
				beans.getBeanProvider(SocketServerCustomizer.class).orderedStream().toList(),
				beans.getBeanProvider(ServerListener.class).orderedStream().toList(),
				new TlsMapping(beans.getBeanProvider(SslBundles.class).getIfAvailable()));
	}

}
