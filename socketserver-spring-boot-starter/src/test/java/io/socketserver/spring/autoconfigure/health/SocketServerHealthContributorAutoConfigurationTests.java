package io.socketserver.spring.autoconfigure.health;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.socketserver.spring.SocketServers;
import io.socketserver.spring.health.SocketServerHealthIndicator;
import io.socketserver.spring.testsupport.TestServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When there is a health contributor, and under which names.
 */
@Timeout(60)
class SocketServerHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SocketServerHealthContributorAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));

	@Test
	void hasOneIndicatorPerServer() {
		this.runner.withUserConfiguration(Servers.class).run((context) -> {
			CompositeHealthContributor all = context.getBean("socketServerHealthContributor",
					CompositeHealthContributor.class);
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("socketServer")).isSameAs(all);
			assertThat(all.stream().map(HealthContributors.Entry::name)).containsExactly("echo", "pooled");
			assertThat(all.getContributor("echo")).isInstanceOf(SocketServerHealthIndicator.class);
		});
	}

	@Test
	void canBeDisabled() {
		this.runner.withUserConfiguration(Servers.class)
			.withPropertyValues("management.health.socketserver.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("socketServerHealthContributor"));
	}

	@Test
	void isNotThereWithoutServers() {
		this.runner
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("socketServerHealthContributor"));
	}

	@Test
	void backsOffFromOneOfTheApplication() {
		CompositeHealthContributor own = CompositeHealthContributor.fromMap(Map.of());
		this.runner.withUserConfiguration(Servers.class)
			.withBean("socketServerHealthContributor", CompositeHealthContributor.class, () -> own)
			.run((context) -> assertThat(context.getBean("socketServerHealthContributor")).isSameAs(own));
	}

	@Configuration(proxyBeanMethods = false)
	static class Servers {

		@Bean
		TestServers testServers() {
			return new TestServers().start();
		}

		@Bean
		SocketServers socketServers(TestServers test) {
			return test.servers();
		}

	}

}
